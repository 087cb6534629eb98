/**
 * The thread of further-readers.ts. A model's program says how one of them joins; here is what they have in common.
 *
 * Guarantees: an order that comes twice counts once, with the time at which it came first. One that comes with two outcomes has neither.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { monotonicNs } from '#common/contracts/clock.ts'
import { waitFor } from '#host/wait-for.ts'
import type { Followed, FurtherReading, Question, ReadersJob } from './further-readers.ts'
import { digestOf, type Take } from './new-reader.ts'

const LOOK_MS = 20

/** `onDegraded`: why it cannot read at present, or null when it can again. */
export type Reading = { take: Take; onDegraded(problem: string | null): void }

/** Resolves when the reader misses nothing more; it then reads until the thread ends. @param nth from 1 */
export type JoinReader<Place> = (place: Place, nth: number, reading: Reading) => Promise<void>

/** @throws Error when one of them cannot join, which ends the thread */
export async function serveReaders<Place>(join: JoinReader<Place>): Promise<void> {
  const port = parentPort
  if (!port) throw new Error('further readers are a thread of the lab')
  const { count, place } = workerData as ReadersJob<Place>
  const readers = Array.from({ length: count }, createReader)
  await Promise.all(readers.map((reader, index) => join(place, index + 1, reader)))
  const joinedNs = monotonicNs()
  const answer = async (question: Question): Promise<FurtherReading> => {
    await untilRead(readers, question)
    const read = readers.map(({ followed }) => followed(question.expected))
    return { joinedNs, readers: read, lastNs: lastOf(readers) }
  }
  port.on('message', (question: Question) => void answer(question).then(found => port.postMessage(found)))
  port.postMessage('joined')
}

type Reader = ReturnType<typeof createReader>

function createReader() {
  const outcomes = new Map<string, string>()
  const takenNs = new Map<string, number>()
  let problem: string | null = null
  let lastMs = performance.now()
  return {
    takenNs,
    count: () => outcomes.size,
    silentMs: () => performance.now() - lastMs,
    take(orderId: string, status: string) {
      const before = outcomes.get(orderId)
      if (before === status) return
      outcomes.set(orderId, before === undefined ? status : `${before}, then ${status}`)
      if (before !== undefined) return
      takenNs.set(orderId, monotonicNs())
      lastMs = performance.now()
    },
    onDegraded: (now: string | null) => void (problem = now),
    followed(expected: number): Followed {
      const read = { orders: outcomes.size, digest: digestOf(outcomes) }
      return problem === null || outcomes.size >= expected ? read : { ...read, problem }
    },
  }
}

async function untilRead(readers: readonly Reader[], { expected, silenceMs }: Question): Promise<void> {
  const askedMs = performance.now()
  const isDone = ({ count, silentMs }: Reader) =>
    count() >= expected || Math.min(silentMs(), performance.now() - askedMs) >= silenceMs
  // It ends: either something new comes, of what was ordered, or nothing does.
  await waitFor(() => readers.every(isDone), { deadlineMs: Infinity, everyMs: LOOK_MS, what: 'every reader' })
}

/** Of the orders that all of them have. */
function lastOf(readers: readonly Reader[]): FurtherReading['lastNs'] {
  const [first] = readers
  return [...(first?.takenNs.keys() ?? [])].flatMap((orderId): FurtherReading['lastNs'] => {
    const atNs = readers.flatMap(({ takenNs }) => takenNs.get(orderId) ?? [])
    return atNs.length === readers.length ? [[orderId, Math.max(...atNs)]] : []
  })
}

// The consumer loop of a service that works on single records: up to `concurrency` records are in flight at once. A record
// that cannot be read, or whose work fails, is settled by settle.ts. When a record is settled its position is stored and
// then committed, but never past a record that is not.
// Guarantees: a slow record delays only itself while other slots are free; without faults, work begins in the order of
// the log; a crash repeats the work whose position was not stored. keep-positions.ts says where reading begins.
import type { Context } from '#common/service/handler.ts'
import type { Places } from '#common/service/occupancy.ts'
import { degradedReporter, retryUntilClosed } from '#common/service/retry.ts'
import { readLog } from '../broker/log-reader.ts'
import type { LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from './connection.ts'
import {
  keepPositions,
  type KeptPositions,
  type PositionStore,
  startOf,
  storeStart,
  warnOfMoved,
} from './keep-positions.ts'
import type { Member } from './membership.ts'
import { sameLog } from './same-log.ts'
import { untilSettled } from './settle.ts'
import type { TopicKey } from './topics.ts'
import type { WorkProgress } from './work-progress.ts'

export type Consuming<Event extends { correlationId: string }> = {
  kafka: KafkaConnection
  /** The service is its member. */
  group: Member
  topic: TopicKey
  concurrency: number
  /** Holds the positions. */
  store: PositionStore
  progress: WorkProgress
  read(record: LogRecord): Event
  /** What it throws, or `read`, settles the record. */
  handle(event: Event, record: LogRecord, context: Context): Promise<void>
}

/** Consumes until the service closes. Resolves when the work in flight has ended and the offsets are committed. */
export async function consume<Event extends { correlationId: string }>(parts: Consuming<Event>): Promise<void> {
  const { kafka, topic, concurrency, store, progress } = parts
  const { brokers, name, admin, closing, health, log } = kafka
  const specs = kafka.specs(topic)
  const start = await retryUntilClosed(kafka, 'group', async () => {
    const committed = await admin.committed(name, specs)
    const positions = startOf(store, committed)
    const marks = await sameLog(kafka, store, specs, positions)
    await storeStart(store, positions)
    return { committed, positions, marks }
  })
  if (!start) return
  warnOfMoved(log, start.positions, start.committed)
  const kept = keepPositions({ kafka, store, progress, group: parts.group })
  health.report('start', null)
  const work = untilSettled(kafka, async record => {
    const event = parts.read(record)
    const { correlationId } = event
    await parts.handle(event, record, { correlationId, signal: closing, log: log.child({ correlationId }) })
  })
  const slots = createSlots(concurrency, kafka.occupancy.places('CONCURRENCY', concurrency))
  const reader = {
    brokers,
    clientId: name,
    positions: start.positions,
    marks: start.marks,
    closing,
    onDegraded: degradedReporter(kafka, 'reading'),
  }
  for await (const records of readLog(reader))
    for (const record of records) {
      await slots.take()
      if (closing.aborted || !progress.begin(record)) slots.free()
      else void run(record, kept).finally(slots.free)
    }
  await slots.allFree()
  await kept.idle()
  await parts.group.close()

  async function run(record: LogRecord, { settled }: KeptPositions): Promise<void> {
    try {
      await work(record)
    } catch (error) {
      if (closing.aborted) return
      throw error
    }
    progress.finish(record)
    settled(record)
  }
}

type Slots = { take(): Promise<void>; free(): void; allFree(): Promise<void> }

function createSlots(count: number, places: Places): Slots {
  let free = count
  const waiting: (() => void)[] = []
  let idle: (() => void) | undefined
  return {
    async take() {
      if (free > 0) {
        free--
        places.enter()
      } else await new Promise<void>(resolve => waiting.push(resolve))
    },
    free() {
      const next = waiting.shift()
      if (next) return next()
      free++
      places.leave()
      if (free === count) idle?.()
    },
    allFree: () => (free === count ? Promise.resolve() : new Promise(resolve => (idle = resolve))),
  }
}

// The loop of a service that works on records one by one: many in flight at once, offsets committed behind the lowest
// unfinished one. Guarantees: no offset passes a record whose work is not done; a slow record holds itself, not the line,
// up to `concurrency`; without faults, work begins in the order of the log. A crash repeats what was not committed.
// It goes on where the group's committed offsets say, and from the store's position when the group has forgotten them.
import type { PositionsTables } from '#common/stores/positions.ts'
import { joinGroup, type Group } from '../broker/group.ts'
import { readLog } from '../broker/log-reader.ts'
import type { WorkProgress } from './work-progress.ts'
import type { LogRecord, Positions } from '../broker/record.ts'
import { retryUntilClosed, degradedReporter } from './retry-until-closed.ts'
import { checkAgainstLog, type KafkaConnection } from './connection.ts'
import type { TopicKey } from './topics.ts'

export type Consuming = {
  kafka: KafkaConnection
  topic: TopicKey
  concurrency: number
  /** What the store knows of the positions, beside the group. */
  stored: PositionsTables['position']
  progress: WorkProgress
  /** Resolves when the record is done with; never rejects, except when the service is closing. */
  work(record: LogRecord): Promise<void>
}

/** Consumes until the service closes; resolves when what was in flight has ended and the offsets are committed. */
export async function consume({ kafka, topic, concurrency, stored, progress, work }: Consuming): Promise<void> {
  const { brokers, name, admin, closing, health } = kafka
  const specs = kafka.specs(topic)
  const onDegraded = degradedReporter(kafka, 'membership')
  const start = await retryUntilClosed(kafka, 'group', async () => {
    const committed = await admin.committed(name, specs)
    const positions: Positions = new Map()
    for (const [of, offsets] of committed)
      positions.set(
        of,
        Array.from(offsets, (offset, p) => offset ?? stored(of, p) ?? 0n),
      )
    checkAgainstLog(positions, await admin.ends(specs))
    const group = await joinGroup({ brokers, group: name, topics: [...positions.keys()], onDegraded: onDegraded })
    return { positions, group }
  })
  if (!start) return
  health.report('start', null)
  const slots = createSlots(concurrency)
  const reader = {
    brokers,
    clientId: name,
    positions: start.positions,
    closing,
    onDegraded: degradedReporter(kafka, 'reading'),
  }
  for await (const records of readLog(reader))
    for (const record of records) {
      await slots.take()
      if (closing.aborted || !progress.begin(record)) slots.free()
      else void run(record, start.group).finally(slots.free)
    }
  await slots.allFree()
  await start.group.close()

  async function run(record: LogRecord, group: Group): Promise<void> {
    try {
      await work(record)
    } catch (error) {
      if (closing.aborted) return
      throw error
    }
    progress.finish(record)
    const next = progress.next(record.topic, record.partition)
    if (next !== undefined) group.done(record.topic, record.partition, next)
  }
}

type Slots = { take(): Promise<void>; free(): void; allFree(): Promise<void> }

function createSlots(count: number): Slots {
  let free = count
  const waiting: (() => void)[] = []
  let idle: (() => void) | undefined
  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>(resolve => waiting.push(resolve))
    },
    free() {
      const next = waiting.shift()
      if (next) return next()
      free++
      if (free === count) idle?.()
    },
    allFree: () => (free === count ? Promise.resolve() : new Promise(resolve => (idle = resolve))),
  }
}

// The consumer loop of a service that works on single records: up to `concurrency` records are in flight at once. A record
// that cannot be read, or whose work fails, is settled by settle.ts. When the work on a record has ended its offset is committed here, but never
// past a record whose work has not ended.
// Guarantees: a slow record delays only itself while other slots are free; without faults, work begins in the order of
// the log; a crash repeats the work that was not committed. Reading starts at the group's committed offsets, or at the
// store's position when the group has lost them.
import type { Context } from '#common/service/handler.ts'
import { degradedReporter, retryUntilClosed } from '#common/service/retry.ts'
import type { PositionsTables } from '#common/stores/positions.ts'
import { joinGroup, type Group } from '../broker/group.ts'
import { readLog } from '../broker/log-reader.ts'
import type { LogRecord, Positions } from '../broker/record.ts'
import { checkAgainstLog, type KafkaConnection } from './connection.ts'
import { untilSettled } from './settle.ts'
import type { TopicKey } from './topics.ts'
import type { WorkProgress } from './work-progress.ts'

export type Consuming<Event extends { correlationId: string }> = {
  kafka: KafkaConnection
  topic: TopicKey
  concurrency: number
  /** The position in the store, for a group without committed offsets. */
  stored: PositionsTables['position']
  progress: WorkProgress
  read(record: LogRecord): Event
  /** What it throws, or `read`, settles the record. */
  handle(event: Event, record: LogRecord, context: Context): Promise<void>
}

/** Consumes until the service closes. Resolves when the work in flight has ended and the offsets are committed. */
export async function consume<Event extends { correlationId: string }>(parts: Consuming<Event>): Promise<void> {
  const { kafka, topic, concurrency, stored, progress } = parts
  const { brokers, name, admin, closing, health, log } = kafka
  const specs = kafka.specs(topic)
  const onDegraded = degradedReporter(kafka, 'membership')
  const start = await retryUntilClosed(kafka, 'group', async () => {
    const committed = await admin.committed(name, specs)
    const startOf = (of: string, offsets: (bigint | undefined)[]) =>
      Array.from(offsets, (offset, partition) => offset ?? stored(of, partition) ?? 0n)
    const positions: Positions = new Map([...committed].map(([of, offsets]) => [of, startOf(of, offsets)]))
    checkAgainstLog(positions, await admin.ends(specs))
    const group = await joinGroup({ brokers, group: name, topics: [...positions.keys()], onDegraded })
    return { positions, group }
  })
  if (!start) return
  health.report('start', null)
  const work = untilSettled(kafka, async record => {
    const event = parts.read(record)
    const { correlationId } = event
    await parts.handle(event, record, { correlationId, signal: closing, log: log.child({ correlationId }) })
  })
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

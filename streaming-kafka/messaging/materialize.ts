// Materializes topics in a store: the effect of records and the position in the log are stored in one transaction.
// Guarantees: each record is applied to a store exactly once, across crashes; an empty store is filled from the beginning
// of the topics. Not promised: an order between partitions, so `apply` must not need one.
import type { PositionsTables } from '#common/stores/positions.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import { type FetchSize, readLog } from '../broker/log-reader.ts'
import { hasReached, type LogRecord, type Positions } from '../broker/record.ts'
import { retryUntilClosed, degradedReporter } from '#common/service/retry.ts'
import type { KafkaConnection } from './connection.ts'
import { sameLog } from './same-log.ts'
import type { TopicKey } from './topics.ts'

/** Records in one transaction by default. More would block the event loop for long. */
const DEFAULT_CHUNK = 500

export type MaterializeOptions<Tx extends PositionsTables> = {
  kafka: KafkaConnection
  store: ServiceStore<Tx>
  topics: TopicKey[]
  /** Topics of which old records may be deleted: reading begins at what is left. Of any other topic that is an error. */
  mayBeDeleted?: TopicKey[]
  /** The most records in one transaction; it is asked before each. */
  chunk?(): number
  fetchSize?: FetchSize
  /** The effect of records on the store, inside the transaction. It must not throw for poison: that would stop the service. */
  apply(tx: NoInfer<Tx>, records: readonly LogRecord[]): void
  /** Runs before a chunk is applied. Injected faults delay it here. */
  beforeChunk?(records: LogRecord[]): Promise<void>
  /** Called when a chunk is on disk. */
  onApplied?(records: LogRecord[]): void
  /** Called once, when all records that were in the log at the start are in the store. */
  onCaughtUp?(): void
  /** When to resolve. */
  until: 'caught-up' | 'closed'
}

export async function materialize<Tx extends PositionsTables>(options: MaterializeOptions<Tx>): Promise<void> {
  const { kafka, store, topics, mayBeDeleted = [], apply, until, fetchSize } = options
  const sizeNow = options.chunk ?? (() => DEFAULT_CHUNK)
  const specs = kafka.specs(...topics)
  const start = await retryUntilClosed(kafka, 'log', async () => {
    const ends = await kafka.admin.ends(specs)
    const left = mayBeDeleted.length > 0 ? await kafka.admin.starts(kafka.specs(...mayBeDeleted)) : undefined
    const startOf = (name: string, offsets: bigint[]) =>
      offsets.map((_, partition) => {
        const first = left?.get(name)?.[partition] ?? 0n
        const stored = store.peek.position(name, partition) ?? 0n
        return stored > first ? stored : first
      })
    const positions: Positions = new Map([...ends].map(([name, offsets]) => [name, startOf(name, offsets)]))
    const marks = await sameLog(kafka, store, specs, positions)
    return { ends, positions, marks }
  })
  if (!start) return
  const { ends, positions, marks } = start
  let isCaughtUp = false
  const checkCaughtUp = () => {
    if (isCaughtUp || !hasReached(positions, ends)) return
    isCaughtUp = true
    options.onCaughtUp?.()
  }
  checkCaughtUp()
  if (isCaughtUp && until === 'caught-up') return

  const onDegraded = degradedReporter(kafka, `reading ${topics.join(', ')}`)
  const { brokers, name: clientId, closing } = kafka
  for await (const records of readLog({ brokers, clientId, positions, marks, closing, onDegraded, fetchSize })) {
    for (let from = 0, size = sizeNow(); from < records.length; from += size, size = sizeNow()) {
      const chunk = records.slice(from, from + size)
      await options.beforeChunk?.(chunk)
      const applyChunk = (tx: Tx): true => {
        apply(tx, chunk)
        for (const { topic, partition, offset, epoch } of lastOfEach(chunk))
          tx.setPosition(topic, partition, offset + 1n, epoch)
        return true
      }
      if (!(await retryUntilClosed(kafka, 'store', () => store.transact(applyChunk)))) return
      options.onApplied?.(chunk)
    }
    checkCaughtUp()
    if (isCaughtUp && until === 'caught-up') return
  }
}

/** The last record of each partition; those of a partition come in order. */
export const lastOfEach = (records: readonly LogRecord[]): LogRecord[] => [
  ...new Map(records.map(record => [`${record.partition}/${record.topic}`, record])).values(),
]

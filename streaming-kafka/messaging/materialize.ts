// Follows topics into a store: what records do, and how far they were read, in one transaction.
// Guarantees: each record is applied exactly once to a store, across crashes; a store that is gone is filled from the
// beginning of the topics. Not promised: an order between partitions, so `apply` must not need one.
import type { PositionsTables } from '#common/stores/positions.ts'
import type { ServiceStore } from '#common/stores/store.ts'
import { readLog } from '../broker/log-reader.ts'
import type { LogRecord, Positions } from '../broker/record.ts'
import { retryUntilClosed, degradedReporter } from './retry-until-closed.ts'
import { checkAgainstLog, type KafkaConnection } from './connection.ts'
import type { TopicKey } from './topics.ts'

/** Records in one transaction unless told otherwise: more would hold the event loop for long. */
const MAX_CHUNK = 500

export type MaterializeOptions<Tx extends PositionsTables> = {
  kafka: KafkaConnection
  store: ServiceStore<Tx>
  topics: TopicKey[]
  /** Records in one transaction, at most. */
  chunk?: number
  /** Runs inside the transaction; it must not throw for a bad record, which would stop the service. */
  apply(tx: NoInfer<Tx>, record: LogRecord): void
  /** Called before a chunk is applied; the faults of the lab wait here. */
  before?(records: LogRecord[]): Promise<void>
  /** Called when a chunk is on disk. */
  applied?(records: LogRecord[]): void
  /** Called once, when all that was in the log at the start is in the store. */
  caughtUp?(): void
  /** `end`: resolve when caught up. `ever`: go on until the service closes. */
  until: 'end' | 'ever'
}

export async function materialize<Tx extends PositionsTables>(following: MaterializeOptions<Tx>): Promise<void> {
  const { kafka, store, topics, apply, until, chunk: most = MAX_CHUNK } = following
  const specs = kafka.specs(...topics)
  const start = await retryUntilClosed(kafka, 'log', async () => {
    const ends = await kafka.admin.ends(specs)
    const positions: Positions = new Map()
    for (const { name, partitions } of specs)
      positions.set(
        name,
        Array.from({ length: partitions }, (_, partition) => store.read.position(name, partition) ?? 0n),
      )
    checkAgainstLog(positions, ends)
    return { ends, positions }
  })
  if (!start) return
  const { ends, positions } = start
  let behind = true
  const look = () => {
    if (!behind || !reached(positions, ends)) return
    behind = false
    following.caughtUp?.()
  }
  look()
  if (!behind && until === 'end') return

  const onDegraded = degradedReporter(kafka, `reading ${topics.join(', ')}`)
  const reader = { brokers: kafka.brokers, clientId: kafka.name, positions, closing: kafka.closing, onDegraded }
  for await (const records of readLog(reader)) {
    for (let from = 0; from < records.length; from += most) {
      const chunk = records.slice(from, from + most)
      await following.before?.(chunk)
      const keep = (tx: Tx): true => {
        for (const record of chunk) {
          apply(tx, record)
          tx.setPosition(record.topic, record.partition, record.offset + 1n)
        }
        return true
      }
      if (!(await retryUntilClosed(kafka, 'store', () => store.transact(keep)))) return
      following.applied?.(chunk)
    }
    look()
    if (!behind && until === 'end') return
  }
}

const reached = (positions: Positions, ends: Positions): boolean =>
  [...ends].every(([topic, offsets]) => offsets.every((end, p) => (positions.get(topic)?.[p] ?? 0n) >= end))

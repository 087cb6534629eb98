// Where a consumer of single records begins, and how it keeps in its store how far it has come.
// Guarantees: the position in the store counts, whatever offsets the group has. Those are committed only when the store
// has the position, so an offset beyond it is somebody else's, and the log says so. Without a store the group's count.
import type { PositionsTables } from '#common/stores/positions.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import { retryUntilClosed } from '#common/service/retry.ts'
import type { LogRecord, Positions } from '../broker/record.ts'
import type { KafkaConnection } from './connection.ts'
import type { Member } from './membership.ts'
import type { WorkProgress } from './work-progress.ts'

export type PositionStore = ServiceStore<PositionsTables>

type Committed = Map<string, (bigint | undefined)[]>

/**
 * Where to begin: at the store's position. A partition that the store does not know was added after those that it knows;
 * a store that knows none is new, and begins at the offsets of the group.
 */
export function startOf({ peek }: PositionStore, committed: Committed): Positions {
  const ofTopic = (topic: string, offsets: (bigint | undefined)[]): bigint[] => {
    const stored = Array.from(offsets, (_, partition) => peek.position(topic, partition))
    const isNew = stored.every(position => position === undefined)
    return Array.from(offsets, (offset, partition) => stored[partition] ?? (isNew ? offset : undefined) ?? 0n)
  }
  return new Map([...committed].map(([topic, offsets]) => [topic, ofTopic(topic, offsets)]))
}

/** Says where the group is beyond the position, at which no commit of this service can have put it. */
export function warnOfMoved(log: KafkaConnection['log'], positions: Positions, committed: Committed): void {
  for (const [topic, offsets] of committed)
    for (const [partition, offset] of offsets.entries()) {
      const position = positions.get(topic)?.[partition] ?? 0n
      if (offset === undefined || offset <= position) continue
      const found = { topic, partition, offset: Number(offset), position: Number(position) }
      log.warn(found, 'the offsets of the group were moved by somebody else; the position in the store counts')
    }
}

/** Stores the positions at which a consumer begins, so that from now on the store knows every partition. */
export const storeStart = (store: PositionStore, positions: Positions): Promise<void> =>
  store.transact(tx => {
    for (const [topic, offsets] of positions)
      for (const [partition, offset] of offsets.entries())
        tx.setPosition(topic, partition, offset, tx.epoch(topic, partition))
  })

type KeepParts = { kafka: KafkaConnection; store: PositionStore; progress: WorkProgress; group: Pick<Member, 'done'> }
type Partition = Pick<LogRecord, 'topic' | 'partition'>

export type KeptPositions = {
  /** A record of the partition is settled. */
  settled(of: Partition): void
  /** Resolves when nothing is left to store. */
  idle(): Promise<void>
}

/** One transaction at a time: it covers all that was settled while the one before was written. */
export function keepPositions({ kafka, store, progress, group }: KeepParts): KeptPositions {
  const waiting = new Map<string, Partition>()
  let keeping: Promise<void> | undefined

  async function keepAll(): Promise<void> {
    while (waiting.size > 0) {
      const partitions = [...waiting.values()]
      waiting.clear()
      const keep = () => store.transact(tx => partitions.map(of => keepOne(tx, progress, of)))
      // When the service closes there is one attempt; what is not kept is done again.
      const kept = await (kafka.closing.aborted ? keep().catch(() => []) : retryUntilClosed(kafka, 'position', keep))
      for (const { topic, partition, next } of kept ?? []) group.done(topic, partition, next)
    }
    keeping = undefined
  }
  return {
    settled(of) {
      waiting.set(`${of.partition}/${of.topic}`, of)
      keeping ??= keepAll()
    },
    idle: async () => keeping,
  }
}

/** Asked inside of the transaction, so that a position never goes back. */
function keepOne(tx: PositionsTables, progress: WorkProgress, { topic, partition }: Partition) {
  const next = progress.next(topic, partition)
  if (next === undefined) throw new Error(`no record of ${topic}/${partition} has begun`)
  tx.setPosition(topic, partition, next.offset, next.epoch)
  return { topic, partition, next: next.offset }
}

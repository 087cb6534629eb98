// The progress of work on each partition, when many records are in flight at once and finish in any order.
// Guarantees: `next` never passes an unfinished record, so that no record is skipped after a crash.
import type { PositionsTables } from '#common/stores/positions.ts'
import type { LogRecord } from '../broker/record.ts'

type RecordId = Pick<LogRecord, 'topic' | 'partition' | 'offset'>

export type WorkProgress = {
  /** False for a record that has begun before. */
  begin(record: RecordId): boolean
  finish(record: RecordId): void
  /** The lowest unfinished offset; undefined when no record of the partition has begun. */
  next(topic: string, partition: number): bigint | undefined
}

export function createWorkProgress(): WorkProgress {
  const partitions = new Map<string, { last: bigint; unfinished: Set<bigint> }>()
  const keyOf = (topic: string, partition: number) => `${partition}/${topic}`
  return {
    begin({ topic, partition, offset }) {
      const key = keyOf(topic, partition)
      const known = partitions.get(key)
      if (known && offset <= known.last) return false
      const state = known ?? { last: offset, unfinished: new Set() }
      state.last = offset
      state.unfinished.add(offset)
      partitions.set(key, state)
      return true
    },
    finish({ topic, partition, offset }) {
      partitions.get(keyOf(topic, partition))?.unfinished.delete(offset)
    },
    next(topic, partition) {
      const state = partitions.get(keyOf(topic, partition))
      if (!state) return undefined
      // A set keeps insertion order, and offsets are inserted in rising order.
      const [lowest] = state.unfinished
      return lowest ?? state.last + 1n
    },
  }
}

/** Stores the lowest unfinished offset: all work before it has ended, so the position is right whatever happens next. */
export function storePosition(
  tx: PositionsTables,
  progress: WorkProgress,
  { topic, partition, offset }: RecordId,
): void {
  tx.setPosition(topic, partition, progress.next(topic, partition) ?? offset)
}

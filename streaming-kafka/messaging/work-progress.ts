// The progress of work on each partition, when many records are in flight at once and finish in any order.
// Guarantees: `next` never passes an unfinished record, so that no record is skipped after a crash.
import type { PositionsTables } from '#common/stores/positions.ts'
import type { LogRecord } from '../broker/record.ts'

type RecordId = Pick<LogRecord, 'topic' | 'partition' | 'offset' | 'epoch'>

export type WorkProgress = {
  /** False for a record that has begun before. */
  begin(record: RecordId): boolean
  finish(record: RecordId): void
  /**
   * The lowest unfinished offset, and the epoch of that record or the last one before; undefined when no record of the
   * partition has begun.
   */
  next(topic: string, partition: number): { offset: bigint; epoch: number } | undefined
}

export function createWorkProgress(): WorkProgress {
  const partitions = new Map<string, { last: bigint; epoch: number; unfinished: Map<bigint, number> }>()
  const keyOf = (topic: string, partition: number) => `${partition}/${topic}`
  return {
    begin({ topic, partition, offset, epoch }) {
      const key = keyOf(topic, partition)
      const known = partitions.get(key)
      if (known && offset <= known.last) return false
      const state = known ?? { last: offset, epoch, unfinished: new Map<bigint, number>() }
      state.last = offset
      state.epoch = epoch
      state.unfinished.set(offset, epoch)
      partitions.set(key, state)
      return true
    },
    finish({ topic, partition, offset }) {
      partitions.get(keyOf(topic, partition))?.unfinished.delete(offset)
    },
    next(topic, partition) {
      const state = partitions.get(keyOf(topic, partition))
      if (!state) return undefined
      // A map keeps insertion order, and offsets are inserted in rising order.
      const [lowest] = state.unfinished
      if (lowest) return { offset: lowest[0], epoch: lowest[1] }
      return { offset: state.last + 1n, epoch: state.epoch }
    },
  }
}

/** Stores the lowest unfinished offset: all work before it has ended, so the position is right whatever happens next. */
export function storePosition(tx: PositionsTables, progress: WorkProgress, record: RecordId): void {
  const { topic, partition } = record
  const { offset, epoch } = progress.next(topic, partition) ?? record
  tx.setPosition(topic, partition, offset, epoch)
}

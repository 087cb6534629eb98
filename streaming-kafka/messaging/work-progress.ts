// How far the work on each partition has come, when many records are in flight at once and finish in any order.
// Guarantees: `next` never passes a record that is not finished, so that nothing is skipped after a crash.
import type { LogRecord } from '../broker/record.ts'

type Place = Pick<LogRecord, 'topic' | 'partition' | 'offset'>

export type WorkProgress = {
  /** False for a record that was begun before. */
  begin(place: Place): boolean
  finish(place: Place): void
  /** The lowest offset that is not finished; undefined when nothing of the partition was begun. */
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
      // A set keeps the order in which offsets came, and they come rising.
      const [lowest] = state.unfinished
      return lowest ?? state.last + 1n
    },
  }
}

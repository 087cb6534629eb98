// Whether the positions of a store belong to the log of the broker. A log that was made again or has lost records holds other
// records at the same offsets: reading on would skip them silently.
import type { PositionsTables } from '#common/stores/positions.ts'
import type { ServiceStore } from '#common/stores/group-commit.ts'
import type { LogMarks, Positions } from '../broker/record.ts'
import type { KafkaConnection } from './connection.ts'
import type { TopicSpec } from './topics.ts'

const ADVICE = 'this store belongs to another log: set another DATA_DIR, or delete the store'

/**
 * The marks of the log that the store has read, with which the reader notices what is lost. The store learns the ids of
 * topics that it does not know.
 * @throws Error when the store belongs to another log
 */
export async function sameLog(
  { admin }: Pick<KafkaConnection, 'admin'>,
  store: ServiceStore<PositionsTables>,
  specs: TopicSpec[],
  positions: Positions,
): Promise<LogMarks> {
  checkEnds(positions, await admin.ends(specs))
  const ids = await admin.topicIds(specs)
  for (const [topic, id] of ids)
    if ((store.peek.topicId(topic) ?? id) !== id) throw new Error(`the topic ${topic} was made again; ${ADVICE}`)
  await store.transact(tx => {
    for (const [topic, id] of ids) tx.setTopicId(topic, id)
  })
  const epochsOf = (topic: string, offsets: bigint[]) =>
    offsets.map((_, partition) => store.peek.epoch(topic, partition))
  return { ids, epochs: new Map([...positions].map(([topic, offsets]) => [topic, epochsOf(topic, offsets)])) }
}

function checkEnds(positions: Positions, ends: Positions): void {
  for (const [topic, offsets] of positions)
    for (const [partition, offset] of offsets.entries()) {
      const end = ends.get(topic)?.[partition] ?? 0n
      if (offset <= end) continue
      const why = `the store has read ${topic}/${partition} up to ${offset}, and the log ends at ${end}`
      throw new Error(`${why}; ${ADVICE}`)
    }
}

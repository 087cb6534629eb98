// For the lab: every event of the log is delivered twice, by writing each once more as it is.
// Guarantees: a copy has the record's own key, bytes and headers, and is not copied again; all that is written between
// `start-duplicator` and `stop-duplicator` is copied, however late the copying is; `stop-duplicator` tells how many there were of each
// topic, and none follows it. The copy stands behind the record, in the same partition.
import type { Operation } from '#engine/experiment/model.ts'
import type { BrokerAdmin } from '../broker/admin.ts'
import { readLog } from '../broker/log-reader.ts'
import type { LogProducer } from '../broker/producer.ts'
import { hasReached, isBefore, type LogRecord, type Positions } from '../broker/record.ts'
import { TOPICS, topicNames } from '../messaging/topics.ts'

export const COPY = 'lab-copy'

export type DuplicatorOperations = {
  'start-duplicator': Operation<void>
  /** `byRoute`: by the name of the topic. */
  'stop-duplicator': Operation<{ duplicates: number; byRoute: Record<string, number> }>
}

type Parts = {
  admin: BrokerAdmin
  producer: LogProducer
  brokers: string
  name: string
  prefix: string
  /** Ends the copying at once. */
  closing: AbortSignal
}

export function duplicatorOperations({ admin, producer, brokers, name, prefix, closing }: Parts): DuplicatorOperations {
  const names = topicNames(prefix)
  const specs = (['orders', 'inventoryEvents'] as const).map(key => ({ ...TOPICS[key], name: names[key] }))
  let ends: Positions | undefined
  const of: Record<string, number> = Object.fromEntries(specs.map(spec => [spec.name, 0]))
  let copying: Promise<void> = Promise.resolve()

  const copy = async ({ topic, key, value, headers }: LogRecord): Promise<void> => {
    if (COPY in headers) return
    await producer.send({ topic, key, value, headers: { ...headers, [COPY]: 'yes' } })
    of[topic] = (of[topic] ?? 0) + 1
  }
  async function keepCopying(positions: Positions): Promise<void> {
    const reader = { brokers, clientId: `${name}-copies`, positions, closing, onDegraded() {} }
    for await (const records of readLog(reader)) {
      const until = ends
      await Promise.all(records.filter(record => !until || isBefore(until, record)).map(copy))
      if (until && hasReached(positions, until)) return
    }
  }
  return {
    async 'start-duplicator'() {
      ends = undefined
      copying = keepCopying(await admin.ends(specs))
      // Said by `stop-duplicator`, which waits for it.
      copying.catch(() => {})
    },
    async 'stop-duplicator'() {
      ends = await admin.ends(specs)
      await copying
      return { duplicates: Object.values(of).reduce((sum, count) => sum + count, 0), byRoute: of }
    },
  }
}

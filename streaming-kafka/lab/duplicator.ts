// The duplicator of the lab: it delivers every event twice, by writing each record of the log once more.
// Guarantees: a duplicate has the key, the bytes and the headers of its record, and is not duplicated again. Every record
// that is written between `start-duplicator` and `stop-duplicator` is duplicated, even when the duplicator lags behind.
// `stop-duplicator` answers with the number of duplicates of each topic, and none is written after it. A duplicate comes
// after its record, in the same partition.
import type { Operation } from '#engine/experiment/model.ts'
import type { BrokerAdmin } from '../broker/admin.ts'
import { readLog } from '../broker/log-reader.ts'
import type { LogProducer } from '../broker/producer.ts'
import { hasReached, headerText, isBefore, type LogRecord, type Positions, toHeaders } from '../broker/record.ts'
import { prefixed, TOPICS } from '../messaging/topics.ts'

/** The header that marks a duplicate. */
export const DUPLICATE = 'lab-duplicate'

export type DuplicatorOperations = {
  'start-duplicator': Operation<void>
  /** `byRoute`: by the name of the topic. */
  'stop-duplicator': Operation<{ duplicates: number; byRoute: Record<string, number> }>
}

export type OperationParts = {
  admin: BrokerAdmin
  producer: LogProducer
  brokers: string
  /** Names the clients of the lab. */
  name: string
  prefix: string
  /** Stops operations that are still running. */
  closing: AbortSignal
}

export function duplicatorOperations(parts: OperationParts): DuplicatorOperations {
  const { admin, producer, brokers, name, prefix, closing } = parts
  const specs = [TOPICS.orders, TOPICS.inventoryEvents].map(spec => prefixed(prefix, spec))
  const byRoute: Record<string, number> = Object.fromEntries(specs.map(spec => [spec.name, 0]))
  /** Where to stop, once `stop-duplicator` was called. */
  let ends: Positions | undefined
  let duplicating: Promise<void> = Promise.resolve()

  const duplicate = async ({ topic, key, value, headers, unread }: LogRecord): Promise<void> => {
    if (unread || headerText(headers, DUPLICATE) !== undefined) return
    await producer.send({ topic, key, value, headers: [...headers, ...toHeaders({ [DUPLICATE]: 'yes' })] })
    byRoute[topic] = (byRoute[topic] ?? 0) + 1
  }
  async function duplicateFrom(positions: Positions): Promise<void> {
    const reader = { brokers, clientId: `${name}-duplicator`, positions, closing, onDegraded() {} }
    for await (const records of readLog(reader)) {
      const until = ends
      await Promise.all(records.filter(record => !until || isBefore(until, record)).map(duplicate))
      if (until && hasReached(positions, until)) return
    }
  }
  return {
    async 'start-duplicator'() {
      ends = undefined
      duplicating = duplicateFrom(await admin.ends(specs))
      duplicating.catch(() => {}) // `stop-duplicator` awaits it and reports its error
    },
    async 'stop-duplicator'() {
      ends = await admin.ends(specs)
      await duplicating
      return { duplicates: Object.values(byRoute).reduce((sum, count) => sum + count, 0), byRoute }
    },
  }
}

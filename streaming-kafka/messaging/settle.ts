// Settles a record whose work fails, by the shared failure policy: retried in place, dead-lettered, or held until the
// service can work again.
// Guarantees: an error of the record costs an attempt; after the last one the record is a dead letter with
// `retries-exhausted`. An error that is not the record's (store full, broker away) costs none, and health is red until it
// is over. Heartbeats and the work on other records continue meanwhile. A record is settled when the broker has
// acknowledged its dead letter, and not before.
import { setTimeout as wait } from 'node:timers/promises'
import { explain } from '#common/contracts/errors.ts'
import { settlementAfter } from '#common/messaging/failure-policy.ts'
import { createBackoff, degradedReporter, type RetryParts } from '#common/service/retry.ts'
import type { LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from './connection.ts'
import { writeDeadLetter } from './dead-letters.ts'

/** Delays before the second to the fifth attempt. */
const RETRY_DELAYS_MS = [100, 200, 400, 800]

/** Repeats work on a record until the record is settled. Rejects only when the service is closing. */
export function untilSettled(
  kafka: RetryParts & Pick<KafkaConnection, 'producer' | 'topics'>,
  work: (record: LogRecord) => Promise<void>,
) {
  const { closing, log } = kafka
  const report = degradedReporter(kafka, 'work')
  return async (record: LogRecord): Promise<void> => {
    const backoff = createBackoff(closing)
    for (let attempt = 1; ; ) {
      try {
        await work(record)
        return report(null)
      } catch (error) {
        closing.throwIfAborted()
        const settlement = settlementAfter(error, attempt, RETRY_DELAYS_MS)
        if (settlement.kind === 'ack') return
        if (settlement.kind === 'dead-letter') return writeDeadLetter(kafka, record, settlement.error, attempt)
        if (settlement.kind === 'stop') {
          report(explain(error))
          await backoff.pause()
          closing.throwIfAborted()
          continue
        }
        const { topic, partition, offset } = record
        log.info({ topic, partition, offset: Number(offset), attempt, problem: explain(error) }, 'retried in place')
        await wait(settlement.delayMs, undefined, { signal: closing })
        attempt++
      }
    }
  }
}

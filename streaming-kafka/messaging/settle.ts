// What becomes of a record whose work fails: tried again in place, given up with its reason, or waited for.
// Guarantees: an error of the record costs an attempt, up to MAX_ATTEMPTS, and then the record is a dead letter with
// `retries-exhausted`; an error that is not the record's (store full, broker away) costs none, and health is red until
// it passes; heartbeats go on all the while, and so do the other records. A dead letter is acknowledged by the broker
// before the record counts as done.
import { setTimeout as wait } from 'node:timers/promises'
import { asLabError, LabError, settlementOf } from '#common/contracts/errors.ts'
import type { LogRecord } from '../broker/record.ts'
import { writeDeadLetter } from './dead-letters.ts'
import { degradedReporter, type Parts } from './retry-until-closed.ts'
import type { KafkaConnection } from './connection.ts'

const MAX_ATTEMPTS = 5
const FIRST_PAUSE_MS = 100
const PROBE_MS = 500

/** Wraps work on a record so that it ends done with, whatever happens; rejects only when the service is closing. */
export function settling(
  kafka: Parts & Pick<KafkaConnection, 'producer' | 'topics'>,
  work: (record: LogRecord) => Promise<void>,
) {
  const report = degradedReporter(kafka, 'work')
  return async (record: LogRecord): Promise<void> => {
    for (let attempt = 1; ; ) {
      try {
        await work(record)
        report(null)
        return
      } catch (error) {
        kafka.closing.throwIfAborted()
        const failure = asLabError(error)
        const settlement = settlementOf(failure)
        if (settlement === 'ack') return
        if (settlement === 'stop') {
          report(failure.detail)
          await wait(PROBE_MS, undefined, { signal: kafka.closing })
          continue
        }
        if (settlement === 'dead-letter') return writeDeadLetter(kafka, record, failure, attempt)
        if (attempt === MAX_ATTEMPTS) {
          const detail = `${MAX_ATTEMPTS} attempts failed, the last one with ${failure.code}: ${failure.detail}`
          return writeDeadLetter(kafka, record, new LabError('retries-exhausted', detail, { cause: failure }), attempt)
        }
        kafka.log.info({ ...placeOf(record), attempt, code: failure.code, detail: failure.detail }, 'retried in place')
        await wait(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal: kafka.closing })
        attempt++
      }
    }
  }
}

const placeOf = ({ topic, partition, offset }: LogRecord) => ({ topic, partition, offset: Number(offset) })

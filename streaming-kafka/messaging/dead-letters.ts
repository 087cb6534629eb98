// Writes a record to the dead-letter topic: the record as it was, with its source and the reason in headers.
// Guarantees: a record that a crash dead-letters twice has the same source in both dead letters.
import type { LabError } from '#common/contracts/errors.ts'
import { orderIdIn } from '#common/contracts/events.ts'
import { CORRELATION_HEADER, type LogRecord } from '../broker/record.ts'
import type { KafkaConnection } from './connection.ts'

const MAX_DETAIL = 1_000
/** With its reason a record at the broker's limit would be too large, so only its beginning is kept. */
const MAX_KEPT_BYTES = 768 * 1024

export async function writeDeadLetter(
  { producer, topics, log }: Pick<KafkaConnection, 'producer' | 'topics' | 'log'>,
  record: LogRecord,
  { code, detail }: LabError,
  attempts: number,
): Promise<void> {
  const { topic, partition, offset, key, value, headers } = record
  const orderId = orderIdIn(value)
  const why = {
    'source-topic': topic,
    'source-partition': String(partition),
    'source-offset': String(offset),
    reason: code,
    detail: detail.slice(0, MAX_DETAIL),
    attempts: String(attempts),
    ...(value && value.byteLength > MAX_KEPT_BYTES && { 'cut-from-bytes': String(value.byteLength) }),
  }
  const kept = value?.subarray(0, MAX_KEPT_BYTES) ?? null
  await producer.send({ topic: topics.deadLetters, key, value: kept, headers: { ...headers, ...why } })
  const correlationId = headers[CORRELATION_HEADER]
  log.warn({ topic, partition, offset: Number(offset), orderId, correlationId, reason: code, detail }, 'dead-lettered')
}

/** The headers that a dead letter has in addition to those of its record. */
export const REASON_HEADERS = [
  'source-topic',
  'source-partition',
  'source-offset',
  'reason',
  'detail',
  'attempts',
  'cut-from-bytes',
]

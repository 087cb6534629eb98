// The dead-letter topic: the record as it was, with where it came from and why it was given up in its headers.
// A topic cannot lose one record, so what is sent on its way again is marked by a second record with the same id.
// Guarantees: a crash that writes a dead letter twice gives it the same id twice, and it is listed once.
import type { LabError } from '#common/contracts/errors.ts'
import { orderIdIn } from '#common/contracts/events.ts'
import type { DeadLetter } from '#common/experiment/model.ts'
import { CORRELATION_HEADER, type LogRecord, type NewRecord } from './broker/record.ts'
import type { KafkaConnection } from './connection.ts'

const MAX_DETAIL = 1_000
/** A record that fills the broker's limit could not be written again with its reason: then its beginning is kept. */
const MAX_KEPT_BYTES = 768 * 1024
const REDRIVEN = 'redriven'

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

/** The mark of a dead letter that was sent on its way again. */
export const redrivenMark = (topic: string, id: string): NewRecord => ({
  topic,
  key: id,
  value: null,
  headers: { [REDRIVEN]: id },
})

const REASON_HEADERS = [
  'source-topic',
  'source-partition',
  'source-offset',
  'reason',
  'detail',
  'attempts',
  'cut-from-bytes',
]

/** The headers that the record had before it was given up. */
export const withoutReason = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !REASON_HEADERS.includes(name)))

export type HeldRecord = DeadLetter & { record: LogRecord }

/** The dead letters that were not sent on their way again, in the order in which they were given up. */
export function listDeadLetters(records: LogRecord[]): HeldRecord[] {
  const held = new Map<string, HeldRecord>()
  for (const record of records) {
    const mark = record.headers[REDRIVEN]
    if (mark !== undefined) {
      held.delete(mark)
      continue
    }
    const { headers, value } = record
    const source = headers['source-topic'] ?? ''
    const id = `${source}/${headers['source-partition']}/${headers['source-offset']}`
    held.set(id, {
      id,
      source,
      reason: headers.reason ?? '',
      detail: headers.detail ?? '',
      attempts: Number(headers.attempts ?? 0),
      orderId: orderIdIn(value),
      body: value ? value.toString('utf8') : '',
      record,
    })
  }
  return [...held.values()]
}

// Writes a record to the dead-letter topic: the record as it was, with its source and the reason in headers.
// Guarantees: a record that a crash dead-letters twice has the same source in both dead letters. A dead letter is never
// larger than the broker takes: what does not fit is left out, and `detail` says so. One of records that were too large or too
// damaged to be read has nothing of them but the range of their offsets, such as `5-9`.
import { Type } from '#common/contracts/type.ts'
import { wallTime } from '#common/contracts/clock.ts'
import { ErrorCode, LabError } from '#common/contracts/errors.ts'
import { OrderDeadLettered, type OrderPlaced, orderIdIn } from '#common/contracts/events.ts'
import { parse } from '#common/contracts/parse.ts'
import { retryUntilClosed, type RetryParts } from '#common/service/retry.ts'
import type { DeadLettered } from '#common/workflow/store.ts'
import {
  CORRELATION_HEADER,
  type Header,
  headerBytes,
  headerText,
  type LogRecord,
  MAX_KEY_BYTES,
  type NewRecord,
  readOrderPlaced,
  toHeaders,
} from '../broker/record.ts'
import type { KafkaConnection } from './connection.ts'

const MAX_DETAIL = 1_000
/**
 * How many bytes of a record are kept. With its reason a record at the broker's limit (1 MiB by default) would be too
 * large. Where the topic takes less than that, the next number is tried.
 */
const KEPT_BYTES = [768 * 1024, 32 * 1024, 0]

type Why = { error: LabError; attempts: number }

export async function writeDeadLetter(
  kafka: RetryParts & Pick<KafkaConnection, 'producer' | 'topics'>,
  record: LogRecord,
  error: LabError,
  attempts: number,
): Promise<void> {
  // A topic that refuses even a dead letter without a record takes none at all: a person has to change that.
  await retryUntilClosed(kafka, 'dead letters', () => sendWhatFits(kafka, record, { error, attempts }))
  kafka.closing.throwIfAborted()
  const { topic, partition, offset, value, headers } = record
  const { code: reason, detail } = error
  const correlationId = headerText(headers, CORRELATION_HEADER)
  const of = { orderId: orderIdIn(value), correlationId }
  kafka.log.warn({ topic, partition, offset: Number(offset), ...of, reason, detail }, 'dead-lettered')
}

async function sendWhatFits(
  { producer, topics }: Pick<KafkaConnection, 'producer' | 'topics'>,
  record: LogRecord,
  why: Why,
): Promise<void> {
  let refusal: unknown
  for (const bytes of KEPT_BYTES)
    try {
      return await producer.send(deadLetter(topics.deadLetters, record, why, bytes))
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'too-large') throw error
      refusal = error
    }
  throw refusal
}

/** How often the record was a dead letter that was redriven. Its redrive sets it, and its next dead letter repeats it. */
export const REDRIVES = 'redrives'

/** A number from 0; what another producer wrote there does not count. */
export function redrivesOf(headers: Header[]): number {
  const count = Number(headerText(headers, REDRIVES))
  return Number.isSafeInteger(count) && count > 0 ? count : 0
}

/** The value is kept before the headers, because a redriven record is read by its value alone. */
function deadLetter(topic: string, record: LogRecord, { error, attempts }: Why, bytes: number): NewRecord {
  const { key, value, headers } = record
  const kept = value?.subarray(0, bytes) ?? null
  const own = headersWithin(headers, bytes - (kept?.byteLength ?? 0))
  const cuts = [
    ...cutOf('value', kept, value),
    ...cutOf('key', key && key.subarray(0, MAX_KEY_BYTES), key),
    ...(own.length < headers.length ? [`${headers.length - own.length} of its headers are left out`] : []),
  ]
  const reason = toHeaders({
    'source-topic': record.topic,
    'source-partition': String(record.partition),
    'source-offset': record.unread ? `${record.unread.first}-${record.offset}` : String(record.offset),
    reason: error.code,
    detail: [error.detail.slice(0, MAX_DETAIL), ...cuts].join('; '),
    attempts: String(attempts),
    [REDRIVES]: String(redrivesOf(headers)),
    'dead-lettered-at': wallTime(),
    ...(value && value.byteLength > bytes && { 'cut-from-bytes': String(value.byteLength) }),
  })
  // First those of the dead letter: a record may have headers of the same names.
  return { topic, key: key && key.subarray(0, MAX_KEY_BYTES), value: kept, headers: [...reason, ...own] }
}

const cutOf = (part: string, kept: Buffer | null, whole: Buffer | null): string[] =>
  whole && kept && kept.byteLength < whole.byteLength
    ? [`only ${kept.byteLength} of the ${whole.byteLength} bytes of its ${part} are kept`]
    : []

/** The headers that fit, in their order. */
function headersWithin(headers: Header[], bytes: number): Header[] {
  let left = bytes
  return headers.filter(header => {
    const size = headerBytes([header])
    if (size > left) return false
    left -= size
    return true
  })
}

/** Whether the dead letter with this `source-offset` is of records that could not be read. */
export const isOfUnread = (sourceOffset: string | undefined): boolean => sourceOffset?.includes('-') === true

/** The headers that a dead letter has in addition to those of its record. */
export const REASON_HEADERS = [
  'source-topic',
  'source-partition',
  'source-offset',
  'reason',
  'detail',
  'attempts',
  REDRIVES,
  'dead-lettered-at',
  'cut-from-bytes',
]

const Facts = Type.Object({ reason: ErrorCode, since: OrderDeadLettered.properties.occurredAt })

/**
 * The order of a dead letter and why it is one. @throws LabError where it is no readable OrderPlaced of the topic `orders`, or
 * the mark of a redriven one
 */
export function readDeadOrder(orders: string, record: LogRecord): { placed: OrderPlaced; dead: DeadLettered } {
  const header = (name: string) => headerText(record.headers, name)
  if (header('source-topic') !== orders) throw new LabError('malformed', 'it is no dead letter of an order')
  const dead = parse(Facts, { reason: header('reason'), since: header('dead-lettered-at') })
  return { placed: readOrderPlaced(record), dead }
}

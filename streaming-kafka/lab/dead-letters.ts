// The dead letters of the log, to list and redrive them.
// A single record cannot be deleted from a topic, so a second record with the same id marks a redriven dead letter.
// Guarantees: a dead letter that was written twice has one id, and is listed once.
import { orderIdIn } from '#common/contracts/events.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import type { LogRecord, NewRecord } from '../broker/record.ts'
import { REASON_HEADERS } from '../messaging/dead-letters.ts'

const REDRIVEN = 'redriven'

/** The record that marks a dead letter as redriven. */
export const redrivenMark = (topic: string, id: string): NewRecord => ({
  topic,
  key: id,
  value: null,
  headers: { [REDRIVEN]: id },
})

/** The headers that the record had before it was dead-lettered. */
export const withoutReason = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !REASON_HEADERS.includes(name)))

/** A dead letter with its record. */
export type DeadLetterRecord = DeadLetter & { record: LogRecord }

/** The dead letters that were not redriven, in the order in which they were written. */
export function listDeadLetters(records: LogRecord[]): DeadLetterRecord[] {
  const letters = new Map<string, DeadLetterRecord>()
  for (const record of records) {
    const mark = record.headers[REDRIVEN]
    if (mark !== undefined) {
      letters.delete(mark)
      continue
    }
    const { headers, value } = record
    const source = headers['source-topic'] ?? ''
    const id = `${source}/${headers['source-partition']}/${headers['source-offset']}`
    letters.set(id, {
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
  return [...letters.values()]
}

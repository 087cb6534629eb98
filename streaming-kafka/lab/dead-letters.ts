// The dead letters of the log, to list and redrive them.
// A single record cannot be deleted from a topic, so a second record with the same id marks a redriven dead letter.
// Guarantees: a dead letter that was written twice has one id, and is listed once.
import { orderIdIn } from '#common/contracts/events.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import { type Header, headerText, type LogRecord, type NewRecord, toHeaders } from '../broker/record.ts'
import { isOfUnread, REASON_HEADERS, REDRIVES, redrivesOf } from '../messaging/dead-letters.ts'

const REDRIVEN = 'redriven'

/** The record that marks a dead letter as redriven. */
export const redrivenMark = (topic: string, id: string): NewRecord => ({
  topic,
  key: id,
  value: null,
  headers: toHeaders({ [REDRIVEN]: id }),
})

/** The headers that the record had before it was dead-lettered. */
export function withoutReason(headers: Header[]): Header[] {
  // Those of the dead letter come first. Another one of the same name is the record's own.
  const left = new Set(REASON_HEADERS)
  return headers.filter(([name]) => !left.delete(String(name)))
}

/** The record of a dead letter as it was, with another value if one is given, and with one redrive more. */
export function redrivenRecord({ source, record }: DeadLetterRecord, value: Uint8Array | null): NewRecord {
  const { key, headers } = record
  const count = toHeaders({ [REDRIVES]: String(redrivesOf(headers) + 1) })
  const own = withoutReason(headers).filter(([name]) => String(name) !== REDRIVES)
  return { topic: source, key, value, headers: [...count, ...own] }
}

/** A dead letter with its record. */
export type DeadLetterRecord = DeadLetter & { record: LogRecord }

/** The dead letters that were not redriven, in the order in which they were written. */
export function listDeadLetters(records: LogRecord[]): DeadLetterRecord[] {
  const letters = new Map<string, DeadLetterRecord>()
  for (const record of records) {
    const { value } = record
    const header = (name: string) => headerText(record.headers, name)
    const source = header('source-topic')
    if (source === undefined) {
      // Only a mark has no source. A poison record may have any header, this one too.
      const mark = header(REDRIVEN)
      if (mark !== undefined) letters.delete(mark)
      continue
    }
    const redrives = redrivesOf(record.headers)
    const id = `${source}/${header('source-partition')}/${header('source-offset')}`
    letters.set(id, {
      id,
      source,
      reason: header('reason') ?? '',
      detail: header('detail') ?? '',
      attempts: Number(header('attempts')) || 0,
      orderId: orderIdIn(value),
      body: value ? value.toString('utf8') : '',
      ...(isOfUnread(header('source-offset')) && { isWithoutContent: true }),
      ...(redrives > 0 && { redrives }),
      record,
    })
  }
  return [...letters.values()]
}

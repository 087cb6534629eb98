// The crash journal: which messages this consumer handled when its process ended.
// A message that is handled in isolation has a row here. It is on disk before the work begins and deleted after it, so a
// row that is found at the next start counts the processes that ended during the work.
// A message is identified by its bytes: a republished message has the row of its original.
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

export type CrashJournalTables = {
  /** Before the work: counts one more attempt that may crash. */
  recordAttempt(key: string): void
  /** After the work: the process survived it. */
  clearAttempts(key: string): void
  /** How many attempts have no end; 0 for most messages. */
  crashCount(key: string): number
}

export function crashJournalTables(db: DatabaseSync): CrashJournalTables {
  db.exec('CREATE TABLE IF NOT EXISTS crashJournal (key TEXT PRIMARY KEY, crashes INTEGER NOT NULL) STRICT')
  const record = db.prepare('INSERT INTO crashJournal VALUES (?, 1) ON CONFLICT DO UPDATE SET crashes = crashes + 1')
  const clear = db.prepare('DELETE FROM crashJournal WHERE key = ?')
  const find = db.prepare('SELECT crashes FROM crashJournal WHERE key = ?')
  return {
    recordAttempt: key => void record.run(key),
    clearAttempts: key => void clear.run(key),
    crashCount: key => Number(find.get(key)?.crashes ?? 0),
  }
}

export const messageKey = (body: Buffer): string => createHash('sha256').update(body).digest('base64url')

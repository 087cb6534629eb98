// The journal of suspects: messages that a consumer has begun to handle alone, and has not come back from.
// A row is on disk before the work and gone after it, so what is left at the next start has ended its consumer so often.
// Messages are known by their bytes: a fresh copy of a message is the same suspect.
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

export type CrashJournalTables = {
  /** Notes that the message is begun alone once more. */
  recordAttempt(key: string): void
  clearAttempts(key: string): void
  /** How often it was begun alone without an end; 0 when it is no suspect. */
  crashCount(key: string): number
}

export function crashJournalTables(db: DatabaseSync): CrashJournalTables {
  db.exec('CREATE TABLE IF NOT EXISTS suspects (key TEXT PRIMARY KEY, deaths INTEGER NOT NULL) STRICT')
  const begin = db.prepare('INSERT INTO suspects VALUES (?, 1) ON CONFLICT DO UPDATE SET deaths = deaths + 1')
  const end = db.prepare('DELETE FROM suspects WHERE key = ?')
  const find = db.prepare('SELECT deaths FROM suspects WHERE key = ?')
  return {
    recordAttempt: key => void begin.run(key),
    clearAttempts: key => void end.run(key),
    crashCount: key => Number(find.get(key)?.deaths ?? 0),
  }
}

export const messageKey = (body: Buffer): string => createHash('sha256').update(body).digest('base64url')

// A service's own SQLite file: synced (WAL, synchronous=FULL) and held under an exclusive lock.
// Guarantees: only one process can open it at a time; the lock ends with the process, however it ends.
// Not promised: that the disk keeps what it has acknowledged as synced.
import { DatabaseSync } from 'node:sqlite'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { LabError } from '../contracts/errors.ts'

/** @throws LabError `unavailable` when the file cannot be opened, is no database, or another process holds it. */
export function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    makeFolder(dirname(file))
    db = new DatabaseSync(file, { timeout: 0 })
    // Exclusive mode before the first access: the lock is taken with the first write and kept until the end.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    db.exec('BEGIN IMMEDIATE; COMMIT')
    return db
  } catch (error) {
    db?.close()
    throw cannotOpen(file, error)
  }
}

/** One sentence for the person who starts the service. */
export function cannotOpen(file: string, error: unknown): LabError {
  return new LabError('unavailable', `the store ${file} cannot be opened: ${explain(error)}`, { cause: error })
}

/** Folder by folder: Node's own recursion never returns where the kernel allows no folder (below /proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
  } catch (error) {
    // Another service may have made it at the same moment.
    if (!existsSync(folder)) throw error
  }
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (/locked|busy/.test(message)) return 'another process holds it; stop that one, or set another DATA_DIR'
  if (/not a database|malformed/.test(message))
    return `it is damaged (${message}); restore it, or move it away to start anew`
  return message
}

// https://www.sqlite.org/rescode.html: errors of the disk or the file, which no other statement would avoid.
const STORE_FAILURES = new Set([7, 8, 10, 11, 13, 14, 26])

/** True for an error of the store itself (full, read-only, damaged …), not of one statement. */
export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false
  return STORE_FAILURES.has(error.errcode & 0xff)
}

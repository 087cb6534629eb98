// A service's store: its tables on a SQLite file of its own, synced (write-ahead log) and held under an exclusive lock.
// Guarantees: only one process can open it at a time; the lock ends with the process, however it ends. A store that cannot keep
// anything says so, and tries by itself until it can: nobody has to send it work to find out.
// Not promised: that the disk keeps what it has acknowledged as synced.
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeFolder } from '../contracts/make-folder.ts'
import { LabError } from '../contracts/errors.ts'
import { groupCommit, type ServiceStore } from './group-commit.ts'
import { type Syncing, walSync } from './wal-sync.ts'

const PROBE_MS = 1_000
/** Ids are all over an index: of one that is larger than the cache, a page is read from the file for most orders. */
const CACHE_KB = 32_000

export type StoreOptions = Syncing & {
  /** Is told why nothing can be kept, and null when that is over. */
  onProblem?(problem: string | null): void
}

/**
 * Opens `<folder>/<name>.db`; `tables` creates the missing tables.
 * @throws LabError `unavailable` when the file cannot be opened or is held by another process.
 */
export function openStore<Tx>(
  folder: string,
  name: string,
  tables: (db: DatabaseSync) => Tx,
  { onProblem = () => {}, ...syncing }: StoreOptions = {},
): ServiceStore<Tx> {
  const file = join(folder, `${name}.db`)
  const db = openDatabase(file)
  try {
    const tx = tables(db)
    const watch = watchStore(db, onProblem)
    const store = groupCommit(db, tx, watch.note, walSync(db, syncing))
    const close = () => {
      watch.end()
      store.close()
    }
    return { ...store, close }
  } catch (error) {
    // A damaged page shows only when it is read.
    db.close()
    throw cannotOpen(file, error)
  }
}

/** After a failure the store is probed until a write is kept. */
function watchStore(db: DatabaseSync, onProblem: (problem: string | null) => void) {
  let probe: NodeJS.Timeout | undefined
  const end = () => {
    clearInterval(probe)
    probe = undefined
  }
  const note = (problem: string | null) => {
    if (problem === null && probe === undefined) return
    onProblem(problem)
    if (problem === null) end()
    else probe ??= setInterval(() => isWritable(db) && note(null), PROBE_MS).unref()
  }
  return { note, end }
}

/** Writes a number of the file's header again. */
function isWritable(db: DatabaseSync): boolean {
  try {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
    db.exec(`PRAGMA user_version = ${version}`)
    return true
  } catch {
    return false
  }
}

/** @throws LabError `unavailable` when the file cannot be opened, is no database, or another process holds it. */
export function openDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    makeFolder(dirname(file))
    db = new DatabaseSync(file, { timeout: 0 })
    // Exclusive mode before the first access: the lock is taken with the first write and kept until the end.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    db.exec(`PRAGMA cache_size = -${CACHE_KB}`)
    db.exec('BEGIN IMMEDIATE; COMMIT')
    return db
  } catch (error) {
    db?.close()
    throw cannotOpen(file, error)
  }
}

/** One sentence for the person who starts the service. */
function cannotOpen(file: string, error: unknown): LabError {
  return new LabError('unavailable', `the store ${file} cannot be opened: ${reasonOf(error)}`, { cause: error })
}

/** What is wrong with the file and, where it is known, how to fix it. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (/locked|busy/.test(message)) return 'another process holds it; stop that one, or set another DATA_DIR'
  if (/not a database|malformed/.test(message))
    return `it is damaged (${message}); restore it, or move it away to start anew`
  return message
}

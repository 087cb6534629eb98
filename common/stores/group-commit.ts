// Group commit: the work of one turn of the event loop shares one synced transaction.
// Guarantees: each piece of work has its savepoint and sees those before it; its error undoes it alone. No promise
// resolves before COMMIT has returned; if COMMIT fails, all work of the batch fails and none of it is kept.
// Not promised: a sequence between failing work of different turns.
import type { DatabaseSync } from 'node:sqlite'
import { LabError } from '../contracts/errors.ts'
import { monotonicNs } from '../contracts/clock.ts'
import type { Store } from '../workflow/store.ts'
import { commitTimes, type KeptNs } from './kept-times.ts'

/** Larger batches would hold the event loop; the rest goes into the next batch at once. */
const MAX_BATCH = 512

type Waiting = { run(): unknown; resolve(result: unknown): void; reject(error: unknown): void }
/** Resolves or rejects the promise of one piece of work. */
type Answer = () => void

/** `keptNs` tells of a timestamp that was taken in a transaction when that was on the disk. */
export type GroupCommit<Tx> = Store<Tx> & { keptNs: KeptNs }

/** @param onEnd of each batch: why it could not be kept, or null when it was */
export function groupCommit<Tx>(
  db: DatabaseSync,
  tx: Tx,
  onEnd: (problem: string | null) => void = () => {},
): GroupCommit<Tx> {
  const times = commitTimes()
  let queue: Waiting[] = []

  function flush(): void {
    const batch = queue.slice(0, MAX_BATCH)
    queue = queue.slice(MAX_BATCH)
    if (queue.length > 0) setImmediate(flush)
    try {
      const beganNs = monotonicNs()
      const answers = commitTogether(db, batch)
      times.note(beganNs, monotonicNs())
      for (const answer of answers) answer()
      onEnd(null)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      const failure = new LabError('store-failed', `nothing was kept: ${message}`, { cause: error })
      for (const waiting of batch) waiting.reject(failure)
      onEnd(failure.detail)
    }
  }

  return {
    keptNs: times.keptNs,
    transact<Result>(work: (tx: Tx) => Result): Promise<Result> {
      return new Promise<Result>((resolve, reject) => {
        if (queue.length === 0) setImmediate(flush)
        queue.push({ run: () => work(tx), resolve: result => resolve(result as Result), reject })
      })
    },
  }
}

/** Runs all in one transaction; throws when the transaction as a whole could not be kept. */
function commitTogether(db: DatabaseSync, batch: Waiting[]): Answer[] {
  db.exec('BEGIN IMMEDIATE')
  try {
    const answers = batch.map(waiting => runAlone(db, waiting))
    db.exec('COMMIT')
    return answers
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function runAlone(db: DatabaseSync, { run, resolve, reject }: Waiting): Answer {
  db.exec('SAVEPOINT work')
  try {
    const result = run()
    db.exec('RELEASE work')
    return () => resolve(result)
  } catch (error) {
    // A full or damaged store fails the whole batch; SQLite may even have rolled the transaction back by itself.
    if (isStoreFailure(error) || !db.isTransaction) throw error
    db.exec('ROLLBACK TO work; RELEASE work')
    return () => reject(error ?? new Error('work failed without a reason'))
  }
}

// https://www.sqlite.org/rescode.html: errors of the disk or the file, which no other statement would avoid.
const STORE_FAILURES = new Set([7, 8, 10, 11, 13, 14, 26])

/** True for an error of the store itself (full, read-only, damaged …), not of one statement. */
function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false
  return STORE_FAILURES.has(error.errcode & 0xff)
}

// Group commit: the work of one turn of the event loop shares one synced transaction. While the disk syncs one, the loop goes
// on, and work gathers for the next.
// Guarantees: each piece of work has its savepoint and sees those before it; its error undoes it alone. No promise resolves
// before all that it saw is on the disk; if COMMIT fails, all work of the batch fails and none of it is kept. If the disk fails to
// sync what was committed, nobody can say what is kept: the process ends, and nobody is told anything.
// Not promised: a sequence between failing work of different turns.
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'
import { LabError } from '../contracts/errors.ts'
import { monotonicNs } from '../contracts/clock.ts'
import type { Store } from '../workflow/store.ts'
import { commitTimes, type KeptNs } from './kept-times.ts'
import { type WalSync, walSync } from './wal-sync.ts'

/** Larger batches would hold the event loop; the rest goes into the next batch at once. */
const MAX_BATCH = 512

type Waiting = { run(): unknown; resolve(result: unknown): void; reject(error: unknown): void }
/** Resolves or rejects the promise of one piece of work. */
type Answer = () => void

/** Written through group commit. */
export type ServiceStore<Tx> = Store<Tx> & {
  /** Reads what may be told: the promise resolves when all that `work` saw is on the disk. Never write here. */
  read<Result>(work: (tx: Tx) => Result): Promise<Result>
  /** Reads at once, and perhaps what is not on the disk yet: tell nobody. Never write here: nothing would sync it. */
  peek: Tx
  /** Tells of a timestamp that was taken in a transaction when that was on the disk. */
  keptNs: KeptNs
  close(): void
}

/**
 * @param onEnd of each batch: why it could not be kept, or null when it was
 * @param wal a test sets it
 */
export function groupCommit<Tx>(
  db: DatabaseSync,
  tx: Tx,
  onEnd: (problem: string | null) => void = () => {},
  wal: WalSync = walSync(db),
): ServiceStore<Tx> {
  const times = commitTimes()
  let queue: Waiting[] = []
  let isWorking = false
  let synced = Promise.resolve()

  async function keep(batch: Waiting[]): Promise<void> {
    const beganNs = monotonicNs()
    const answers = commitOrReject(db, batch, onEnd)
    if (!answers) return
    await (synced = wal.sync())
    times.note(beganNs, monotonicNs())
    for (const answer of answers) answer()
    onEnd(null)
  }

  /** Nobody awaits it: what it throws ends the process. */
  async function keepAll(): Promise<void> {
    isWorking = true
    while (queue.length > 0) {
      await turn()
      const batch = queue.slice(0, MAX_BATCH)
      queue = queue.slice(MAX_BATCH)
      await keep(batch)
    }
    isWorking = false
  }

  return {
    peek: tx,
    keptNs: times.keptNs,
    transact: <Result>(work: (tx: Tx) => Result) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ run: () => work(tx), resolve: result => resolve(result as Result), reject })
        if (!isWorking) void keepAll()
      }),
    async read(work) {
      const result = work(tx)
      await synced
      return result
    },
    close() {
      // SQLite syncs all that it holds.
      db.close()
      void synced.finally(wal.close)
    },
  }
}

/** Undefined when the transaction as a whole could not be kept; then its work has been told so. */
function commitOrReject(
  db: DatabaseSync,
  batch: Waiting[],
  onProblem: (problem: string) => void,
): Answer[] | undefined {
  try {
    return commitTogether(db, batch)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const failure = new LabError('store-failed', `nothing was kept: ${message}`, { cause: error })
    for (const waiting of batch) waiting.reject(failure)
    onProblem(failure.detail)
    return undefined
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

/**
 * A file lock: work that one process at a time does in this user's cache. The lock is SQLite's on a file, so the kernel
 * releases it when its holder dies in any way: there are no stale locks.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { cacheFolder } from './folders.ts'
import { waitFor } from './wait-for.ts'

export type LockOptions = { deadlineMs?: number; signal?: AbortSignal; onWait?: () => void }

/** A lock that nothing refers to would be closed, and so released, by the garbage collector. */
const held = new Set<DatabaseSync>()

/** Runs `work` under the lock `name`; waits up to `deadlineMs` (60,000) for another holder, then fails. */
export async function withLock<T>(
  name: string,
  work: () => T | Promise<T>,
  { deadlineMs = 60_000, signal, onWait }: LockOptions = {},
): Promise<T> {
  const folder = join(cacheFolder(), 'locks')
  makeFolder(folder)
  const lock = new DatabaseSync(join(folder, `${name}.sqlite`), { timeout: 0 })
  try {
    if (!take(lock)) {
      onWait?.()
      const what = `another lab to finish with "${name}" in ${folder}`
      await waitFor(() => take(lock), { deadlineMs, everyMs: 20, what, signal })
    }
    held.add(lock)
    return await work()
  } finally {
    held.delete(lock)
    lock.close()
  }
}

function take(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) return false
    throw error
  }
}

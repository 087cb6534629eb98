// Syncs what SQLite has written into its write-ahead log, on a thread of Node's pool, so that the event loop goes on meanwhile.
// Guarantees: what was committed before the call is on the disk when its promise resolves: with `synchronous = FULL` SQLite does
// the same at the end of each COMMIT (https://www.sqlite.org/pragma.html#pragma_synchronous). What moves from the log into the
// database file SQLite syncs itself, with `NORMAL` too.
// Not promised: that the disk keeps what it has acknowledged as synced.
import { closeSync, fdatasync, openSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { type BusyTime, busyTime } from '../contracts/busy-time.ts'

export type WalSync = {
  sync(): Promise<void>
  /** Call it when no sync is under way. */
  close(): void
}

export type Syncing = {
  /** Counts them. */
  syncs?: BusyTime
  /** A sync begins when it resolves, and counts as under way until then too. */
  beforeSync?(): Promise<void>
}

/** Takes the syncing of commits over from SQLite. A database in memory has nothing to sync. */
export function walSync(db: DatabaseSync, { syncs = busyTime(), beforeSync }: Syncing = {}): WalSync {
  const file = db.location()
  if (file === null) return { sync: async () => {}, close() {} }
  db.exec('PRAGMA synchronous = NORMAL')
  const wal = openSync(`${file}-wal`, 'r')
  const syncData = promisify(fdatasync)
  return {
    sync() {
      syncs.enter()
      const synced = beforeSync ? beforeSync().then(() => syncData(wal)) : syncData(wal)
      return synced.finally(syncs.leave)
    },
    close: () => closeSync(wal),
  }
}

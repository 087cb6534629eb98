/**
 * A folder of the cache that is filled once. Guarantees that a folder under its final name is complete: it is filled
 * under another name and renamed, by one lab at a time; what a killed lab left unfinished is thrown away.
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { withLock } from '#host/file-lock.ts'
import { cacheFolder } from '#host/folders.ts'
import type { ProvideOptions } from './broker.ts'

const DEADLINE_MS = 15 * 60_000

/** Absolute path of the cached folder `name`, whether it is there or not. */
export const cachedPath = (name: string): string => join(cacheFolder(), name)

/** Resolves with the path of the folder, filled by `make` when it was not there. @throws Error in one sentence */
export async function cached(
  name: string,
  make: (folder: string) => Promise<void>,
  { progress, signal }: Pick<ProvideOptions, 'progress' | 'signal'>,
): Promise<string> {
  const path = cachedPath(name)
  // Java and the system's loader take it for the end of a path.
  if (path.includes(delimiter))
    throw new Error(
      `No broker can start from ${path}, because of the colon in it: set LAB_CACHE_DIR to another folder.`,
    )
  if (existsSync(path)) return path
  const onWait = (): void => progress(`${name}: another lab is making it, waiting`)
  return withLock(
    name,
    async () => {
      if (existsSync(path)) return path
      const unfinished = `${path}.unfinished`
      rmSync(unfinished, { recursive: true, force: true })
      makeFolder(unfinished)
      try {
        await make(unfinished)
        signal.throwIfAborted()
        renameSync(unfinished, path)
      } finally {
        rmSync(unfinished, { recursive: true, force: true })
      }
      return path
    },
    { deadlineMs: DEADLINE_MS, signal, onWait },
  )
}

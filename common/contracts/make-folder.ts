// Makes a folder and those above it, as `mkdirSync` with `recursive` does; that never returns, deaf to signals, where the kernel
// allows no folder (below /proc).
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** A folder that is there stays as it is. @throws Error of the file system */
export function makeFolder(folder: string): void {
  const above = dirname(folder)
  if (!existsSync(above)) makeFolder(above)
  try {
    mkdirSync(folder)
  } catch (error) {
    // It was there, or another process has made it at the same moment.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

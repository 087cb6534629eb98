// How many files and connections this process may have open at once.
import { readFileSync } from 'node:fs'

/** Undefined where there is no /proc. Node raises its own limit to the hard one when it starts, and what it starts inherits that. */
export function openFilesLimit(): number | undefined {
  try {
    const found = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return found === undefined ? undefined : Number(found)
  } catch {
    return undefined
  }
}

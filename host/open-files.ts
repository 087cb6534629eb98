// How many files and connections a process has open, and how many this one may have at once.
import { readdirSync, readFileSync } from 'node:fs'

/** Undefined where there is no /proc. Node raises its own limit to the hard one when it starts, and what it starts inherits that. */
export function openFilesLimit(): number | undefined {
  try {
    const found = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return found === undefined ? undefined : Number(found)
  } catch {
    return undefined
  }
}

/** Files, connections and what else has a descriptor; null for a process that has ended, or where there is no /proc. */
export function openFilesOf(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return null
  }
}

// What this process and all that descend from it hold in memory, from /proc. Pages that several of them share are
// counted for each, so the truth is somewhat lower. Where there is no /proc it is null.
import { readdirSync, readFileSync } from 'node:fs'

const PAGE_BYTES = 4_096
const EVERY_MS = 500

export type MemoryWatch = { peakBytes(): number | null; stop(): void }

export function watchMemory(): MemoryWatch {
  let peak: number | null = null
  const look = () => {
    const now = treeBytes(process.pid)
    if (now !== null) peak = Math.max(peak ?? 0, now)
  }
  look()
  const timer = setInterval(look, EVERY_MS)
  return { peakBytes: () => peak, stop: () => clearInterval(timer) }
}

function treeBytes(root: number): number | null {
  const parents = new Map<number, { parent: number; bytes: number }>()
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      const fields = statOf(name)
      if (fields) parents.set(Number(name), { parent: Number(fields[1]), bytes: Number(fields[21]) * PAGE_BYTES })
    }
  } catch {
    return null
  }
  const descends = (pid: number): boolean => {
    const parent = parents.get(pid)?.parent
    return pid === root || (parent !== undefined && descends(parent))
  }
  return [...parents].reduce((sum, [pid, { bytes }]) => (descends(pid) ? sum + bytes : sum), 0)
}

/** The fields after the name; undefined for a process that has just ended. */
function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

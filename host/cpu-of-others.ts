// How much of this machine's processors other programs use, such as a second lab: numbers measured meanwhile suffer.
import { cpus } from 'node:os'
import { familyOf, readProcesses } from './process-table.ts'

/**
 * Begins to watch. The function says how many cores all but this process and what it started used since; undefined where there is
 * no /proc. What the kernel does on nobody's behalf counts as others'. @param root the process whose family is left out
 */
export function watchOthers(root = process.pid): () => number | undefined {
  const before = read(root)
  return () => {
    const after = read(root)
    if (!before || !after) return undefined
    const others = after.busySeconds - before.busySeconds - (after.ownSeconds - before.ownSeconds)
    return Math.max(0, (others * 1_000) / (after.atMs - before.atMs))
  }
}

function read(root: number): { atMs: number; busySeconds: number; ownSeconds: number } | undefined {
  const rows = readProcesses()
  if (!rows) return undefined
  const busyMs = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
  const ownSeconds = familyOf(rows, root).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
  return { atMs: performance.now(), busySeconds: busyMs / 1_000, ownSeconds }
}

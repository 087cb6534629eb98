// What this process and all that descend from it hold in memory, from /proc. Pages that several of them share are
// counted for each, so the truth is somewhat lower. Where there is no /proc it is null.
import { familyOf, readProcesses } from '#host/process-tree.ts'

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
  const rows = readProcesses()
  return rows && familyOf(rows, root).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

// A whole run: how long it takes, when its first table is there, and how much memory all its processes use together, from
// /proc. Pages that processes share count for each, so the truth is somewhat lower; without /proc it is null.
import type { Profile } from '#engine/run/summary.ts'
import { exitCodeOf } from '../../../lab/cli/command-line.ts'
import { experiments } from '../../../lab/session/registry.ts'
import { plainReporter } from '../../../lab/report/terminal/progress.ts'
import { run } from '../../../lab/session/run.ts'
import { familyOf, readProcesses } from '#host/process-table.ts'

export type WholeRunBench = {
  run: string
  profile: Profile
  exitCode: number
  seconds: number
  firstTableSeconds: number | null
  peakBytes: number | null
}

export async function benchWholeRun(profile: Profile, out: string, signal: AbortSignal): Promise<WholeRunBench> {
  const memory = watchMemory()
  const began = performance.now()
  const secondsSince = () => (performance.now() - began) / 1_000
  let first: number | null = null
  try {
    const { summary } = await run({
      experiments: Object.entries(experiments).map(([id, experiment]) => ({ id, experiment })),
      profile,
      runtime: 'processes',
      seed: 1,
      out,
      reporter: plainReporter(console.log, () => void (first ??= secondsSince())),
      signal,
    })
    const seconds = secondsSince()
    const exitCode = exitCodeOf(summary)
    return { run: summary.run, profile, exitCode, seconds, firstTableSeconds: first, peakBytes: memory.peakBytes() }
  } finally {
    memory.stop()
  }
}

const EVERY_MS = 500

export type MemoryWatch = { peakBytes(): number | null; stop(): void }

export function watchMemory(): MemoryWatch {
  let peak: number | null = null
  const sample = () => {
    const now = treeBytes(process.pid)
    if (now !== null) peak = Math.max(peak ?? 0, now)
  }
  sample()
  const timer = setInterval(sample, EVERY_MS)
  return { peakBytes: () => peak, stop: () => clearInterval(timer) }
}

function treeBytes(root: number): number | null {
  const rows = readProcesses()
  return rows && familyOf(rows, root).reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

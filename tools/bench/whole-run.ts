// A whole run: how long it takes, how soon its first table is there, and what all processes together hold.
import type { Profile } from '#engine/experiment/profile.ts'
import { exitCodeOf } from '../../lab/session/exit-code.ts'
import { experiments } from '../../lab/session/registry.ts'
import { plainReporter } from '../../lab/report/terminal/plain.ts'
import { run } from '../../lab/session/run.ts'
import { watchMemory } from './memory.ts'

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

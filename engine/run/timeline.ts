// Runs the steps of a timeline, each when its time or its condition has come, in the order in which they stand.
import { setTimeout as wait } from 'node:timers/promises'
import { waitFor } from '#host/wait-for.ts'
import type { ExecutedStep } from './history.ts'
import type { StepContext, Step, Progress } from '../experiment/steps.ts'

/** How long a condition may stay unmet before the step, and with it the variant, fails. */
const CONDITION_MS = 180_000

export type Timeline = {
  steps: readonly Step[]
  context: StepContext
  originNs: number
  /** On the clock of `originNs`. */
  nowNs(): number
  /** Reads what conditions depend on. */
  probe(): Promise<Progress>
  onStep(act: ExecutedStep): void
  signal: AbortSignal
}

/** @throws Error that names the step that failed or whose condition was never met */
export async function runTimeline({ steps, context, originNs, nowNs, probe, onStep, signal }: Timeline): Promise<void> {
  for (const { at, action, target, run } of steps) {
    const name = `${action} ${target}`
    if (typeof at === 'number') {
      const leftMs = () => at - (nowNs() - originNs) / 1e6
      // A timer counts whole milliseconds of a clock of its own, and may end before the time has come.
      while (leftMs() > 0) await wait(Math.ceil(leftMs()), undefined, { signal })
    } else {
      const met = async () => at(await probe())
      await waitFor(met, { deadlineMs: CONDITION_MS, everyMs: 100, what: `the condition of "${name}"`, signal })
    }
    const atNs = nowNs()
    try {
      const result = await run(context)
      onStep({ atNs, doneNs: nowNs(), action, target, ...(result === undefined ? {} : { result }) })
    } catch (error) {
      throw new Error(`the step "${name}" failed: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }
}

// Whether this machine is left to a run: other programs that take much of it, and other runs of the lab, spoil its numbers.
import { cpus } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { watchOthers } from '#host/cpu-of-others.ts'
import { otherRuns } from '#host/run-registry.ts'

/** Of the cores; below it they hardly matter. */
const DISTURBING = 0.1

/** False where what they took is not known. */
export const isDisturbing = (othersCores: number | null | undefined, cores: number): othersCores is number =>
  typeof othersCores === 'number' && othersCores > DISTURBING * cores

const WATCHED_MS = 500

/** One line for the start of a run, which goes on; undefined where nothing disturbs it now. */
export async function disturbanceNow(signal: AbortSignal): Promise<string | undefined> {
  const usedSince = watchOthers()
  await wait(WATCHED_MS, undefined, { signal }).catch(() => {})
  return disturbanceText(otherRuns(), usedSince(), cpus().length)
}

/** @param runs their processes */
export function disturbanceText(
  runs: readonly number[],
  othersCores: number | undefined,
  cores: number,
): string | undefined {
  const parts = [
    ...(runs.length > 0 ? [`other runs of the lab are at work (${runs.map(pid => `process ${pid}`).join(', ')})`] : []),
    ...(isDisturbing(othersCores, cores) ? [`other programs use ${othersCores.toFixed(1)} of ${cores} cores`] : []),
  ]
  return parts.length === 0 ? undefined : `${parts.join(', and ')}: numbers that are measured beside them suffer`
}

// How long experiments take, before they are run and while they are: from what is planned. No promise: a timeline whose steps wait
// for a condition may take longer, and so does a variant that is measured again.
import type { Experiment, Variant } from '#engine/experiment/define.ts'
import type { Profile } from '#engine/run/summary.ts'
import { planOf } from '#engine/load/load-plan.ts'
import { mostOf } from '#engine/analysis/extremes.ts'

/** Beside its load and its timeline: services start, every order is decided, evidence is read and judged. As in the published results. */
const VARIANT_SECONDS = 4

/** Of its variants, one after the other. Brokers are not in it: they start once for a run. */
export const expectedSeconds = ({ variants, warmUp, profiles }: Experiment, profile: Profile): number => {
  const settings = profiles[profile]
  const all = [warmUp?.(settings) ?? [], variants(settings)].flat()
  return all.reduce((sum, variant) => sum + plannedSeconds(variant) + VARIANT_SECONDS, 0)
}

/** Until its last order is sent, and its last step with a time of its own is taken. */
function plannedSeconds({ load, timeline = [] }: Variant): number {
  const plan = planOf({ ...load, arrivals: 'uniform' }, load.orders + (load.warmUpOrders ?? 0), 1)
  const steps = timeline.flatMap(({ at }) => (typeof at === 'number' ? [at] : []))
  return mostOf([...plan.map(({ offsetMs }) => offsetMs), ...steps]) / 1_000
}

/** What a part of a run was expected to take, and what it took, or has taken until now. */
export type Spent = { expected: number; actual: number }

/** What is left of a run: as expected, in the proportion in which its parts until now took more or less. @param toCome behind the present one */
export function secondsLeft(done: Spent, present: Spent, toCome: number): number {
  const ratio = done.expected > 0 ? done.actual / done.expected : 1
  return Math.max(0, ratio * present.expected - present.actual) + ratio * toCome
}

/** `12 s`, `2 min 5 s`. */
export const exactText = (seconds: number): string =>
  seconds < 60 ? `${Math.floor(seconds)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`

/** Steps in which a length is told, as far as to these seconds. */
const STEPS = [
  { to: 90, step: 10, unit: 1, name: 's' },
  { to: 1_200, step: 60, unit: 60, name: 'min' },
  { to: 5_400, step: 300, unit: 60, name: 'min' },
  { to: Infinity, step: 1_800, unit: 3_600, name: 'hours' },
]

/** `about 40 s`, `about 7 min`, `about 25 min`, `about 4.5 hours`. */
export function aboutText(seconds: number): string {
  const { step, unit, name } = STEPS.find(({ to }) => seconds < to) ?? { step: 1, unit: 1, name: 's' }
  return `about ${Math.max(step, Math.round(seconds / step) * step) / unit} ${name}`
}

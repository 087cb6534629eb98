// The curves and marks of a variant, thinned to what a picture can show.
import type { Variant } from '../experiment/define.ts'
import type { History } from '../run/history.ts'
import { backlog } from './measures.ts'
import type { Mark, Series } from '../run/summary.ts'

const STEP_SECONDS = 0.25
const round = (value: number) => Math.round(value * 1_000) / 1_000

/** Backlog from stamps, and beside it what the broker says: the sum over its queues or partitions. */
export function seriesOf(variant: string, history: History): Series[] {
  const curves: Series[] = history.clocksAgree
    ? [{ variant, name: 'backlog', unit: 'orders', points: thinned(backlog(history)) }]
    : []
  const names = [...new Set(history.samples.flatMap(({ depths }) => Object.keys(depths)))].sort()
  for (const name of names) {
    const points = history.samples.flatMap(({ atNs, depths }): [number, number][] => {
      const depth = depths[name]
      return depth === undefined ? [] : [[round((atNs - history.originNs) / 1e9), depth]]
    })
    curves.push({ variant, name, unit: 'messages', points })
  }
  return curves
}

/** A step has the highest value that was ever had in it, so that no peak is lost; what follows it, the last. */
export function thinned(points: readonly [number, number][]): [number, number][] {
  const steps = Map.groupBy(points, ([seconds]) => Math.floor(seconds / STEP_SECONDS))
  let before = 0
  const shown = new Map<number, number>()
  for (const [step, within] of steps) {
    shown.set(
      step,
      within.reduce((highest, [, value]) => Math.max(highest, value), before),
    )
    before = within.at(-1)?.[1] ?? before
    shown.set(step + 1, before)
  }
  return [...shown].map(([step, value]) => [round(step * STEP_SECONDS), value])
}

/** What ends what. */
export const ENDS: Readonly<Record<string, string>> = { kill: 'start', pause: 'resume', fault: 'heal' }

/**
 * What the variant names itself; else what the timeline did. A fault lasts until what ends it: kill until start, pause
 * until resume, fault until heal.
 */
export function marksOf({ name: variant, spans }: Pick<Variant, 'name' | 'spans'>, history: History): Mark[] {
  if (spans) {
    return spans.map(({ label, fromMs, toMs }) => {
      return { variant, label, fromSeconds: fromMs / 1_000, toSeconds: toMs / 1_000 }
    })
  }
  const seconds = (ns: number) => round((ns - history.originNs) / 1e9)
  return history.executedSteps.map(({ action, target, atNs }) => {
    const end = history.executedSteps.find(
      act => act.action === ENDS[action] && act.target === target && act.atNs > atNs,
    )
    return {
      variant,
      label: `${action} ${target}`,
      fromSeconds: seconds(atNs),
      ...(end && { toSeconds: seconds(end.doneNs) }),
    }
  })
}

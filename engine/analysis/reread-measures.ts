// How long a reader took to read everything again, from its death on, in parts that a table can show side by side.
// Guarantees: counts from the first kill of the reader to the first page read after its last start. The parts leave out
// only what lies between the steps (deleting its files, the moment between two probes of a condition's end).
// Not promised: a finer resolution than the probes of the timeline, which come every 100 ms.
import type { ExecutedStep, History } from '../run/history.ts'
import type { Measure } from '../run/summary.ts'

export const REREAD = {
  total: 'kill to all read again',
  session: "wait for the dead member's session",
  start: 'process start to healthy',
  reading: 'healthy to all read again',
} as const

type Reader = {
  service: string
  /** The action that resets its position, and waits until the broker has forgotten the dead member. */
  reset: string
}

export function rereadMeasures(
  { executedSteps }: Pick<History, 'executedSteps'>,
  { service, reset }: Reader,
): Omit<Measure, 'variant'>[] {
  const isOf = (action: string) => (step: ExecutedStep) => step.action === action && step.target === service
  const killed = executedSteps.findIndex(isOf('kill'))
  const lastStart = executedSteps.findLastIndex(isOf('start'))
  const read = executedSteps.findIndex((step, at) => at > lastStart && isOf('read')(step))
  const isComplete = killed >= 0 && lastStart > killed && read >= 0
  const steps = isComplete ? executedSteps.slice(killed, read + 1) : []
  const [first, last] = [steps[0], steps.at(-1)]
  const sumNs = (spans: number[]) => spans.reduce((sum, span) => sum + span, 0)
  const durationsNs = (chosen: ExecutedStep[]) => chosen.map(({ atNs, doneNs }) => doneNs - atNs)
  const readingNs = steps.flatMap((step, at) => {
    const next = steps[at + 1]
    return next && isOf('start')(step) ? [next.atNs - step.doneNs] : []
  })
  const spansNs = {
    [REREAD.total]: first && last ? last.atNs - first.atNs : 0,
    [REREAD.session]: sumNs(durationsNs(steps.filter(({ action }) => action === reset))),
    [REREAD.start]: sumNs(durationsNs(steps.filter(isOf('start')))),
    [REREAD.reading]: sumNs(readingNs),
  }
  return Object.entries(spansNs).map(([name, ns]) => ({ name, unit: 'ms', value: isComplete ? ns / 1e6 : null }))
}

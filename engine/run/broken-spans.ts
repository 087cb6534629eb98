/**
 * When something was broken on purpose, by the steps that were executed.
 *
 * Guarantees: a span for each step that breaks something, in their sequence; what was never ended lasts for ever. A started process
 * has none of the faults that it had before. Does not know what a service was set to do wrong from its start.
 */
import { ENDS } from '../experiment/steps.ts'
import type { ExecutedStep } from './history.ts'

export type BrokenSpan = {
  action: string
  target: string
  /** When the step that breaks it began. */
  fromNs: number
  /** When that step had done its work. */
  brokenNs: number
  /** When the step that ends it began: the command to start again, to heal, to resume. */
  endedNs: number
  /** When that step had done its work: a process that is started is dead until it is healthy. */
  healedNs: number
  endedBy: string | undefined
}

export function brokenSpans(steps: readonly ExecutedStep[]): BrokenSpan[] {
  const spans: BrokenSpan[] = []
  for (const step of steps) {
    const { action, target, atNs, doneNs } = step
    if (ENDS[action] !== undefined && !isSwitchedOff(step)) {
      spans.push({
        action,
        target,
        fromNs: atNs,
        brokenNs: doneNs,
        endedNs: Infinity,
        healedNs: Infinity,
        endedBy: undefined,
      })
      continue
    }
    for (const span of spans)
      if (span.endedBy === undefined && span.target === target && ends(step, span))
        Object.assign(span, { endedNs: atNs, healedNs: doneNs, endedBy: action })
  }
  return spans
}

const ends = (step: ExecutedStep, broken: BrokenSpan): boolean =>
  step.action === 'start' || step.action === ENDS[broken.action] || (broken.action === 'fault' && isSwitchedOff(step))

/** Faults are switched off one by one by the step that switches them on. */
const isSwitchedOff = ({ action, result }: ExecutedStep): boolean =>
  action === 'fault' && Object.values(result ?? {}).every(setting => setting === null)

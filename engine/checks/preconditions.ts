// Seen: what an experiment did on purpose really happened. Never invalid: when it did not happen, the other verdicts of
// the run prove nothing about it, so the run is vacuous and says so.
import type { History } from '../run/history.ts'
import { type Check, defineCheck, type Finding, vacuous, valid } from './check.ts'

const atLeastOnce = (count: number, atLeast: number, what: string): Finding =>
  count >= atLeast ? valid(`${what} ${count} times.`) : vacuous(`${what} ${count} times, and ${atLeast} were needed.`)

/** The fault bit, over all lives of the service. */
export function faultSeen({
  service,
  fault,
  atLeast = 1,
}: {
  service: string
  fault: string
  atLeast?: number
}): Check {
  const claim = `the fault ${fault} of ${service} bit at least ${atLeast} times`
  return defineCheck(`fault-seen ${service}/${fault}`, claim, history =>
    atLeastOnce(history.faults[service]?.[fault]?.injections ?? 0, atLeast, `The fault ${fault} of ${service} bit`),
  )
}

/** The timeline did what it was to do, without an error. */
export function stepSeen({ verb, target, atLeast = 1 }: { verb: string; target?: string; atLeast?: number }): Check {
  const what = target === undefined ? verb : `${verb} ${target}`
  return defineCheck(`step-seen ${what}`, `the timeline did ${what} at least ${atLeast} times`, history => {
    const acts = history.executedSteps.filter(
      act => act.action === verb && (target === undefined || act.target === target),
    )
    return atLeastOnce(acts.length, atLeast, `The timeline did ${what}`)
  })
}

/**
 * Duplicates came. By default these are the messages that the timeline sent as duplicates, and orders that were sent to
 * an answer more than once; `count` counts what the broker itself delivered again, as the experiment knows it.
 */
export function duplicatesSeen({
  atLeast = 1,
  count = duplicatesOf,
}: {
  atLeast?: number
  count?: (history: History) => number
} = {}): Check {
  const claim = `at least ${atLeast} duplicates arrived`
  return defineCheck('duplicates-seen', claim, history => atLeastOnce(count(history), atLeast, 'A duplicate arrived'))
}

function duplicatesOf({ raw, attempts }: History): number {
  const answered = attempts.filter(({ answer }) => answer.kind === 'status')
  const repeats = answered.length - new Set(answered.map(({ orderId }) => orderId)).size
  return repeats + raw.filter(({ expect }) => expect === 'duplicate').length
}

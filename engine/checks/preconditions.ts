// What an experiment did on purpose really happened. Never invalid: when it did not happen, the other verdicts of the run prove
// nothing about it, so the run is vacuous and says so.
import type { ErrorCode } from '#common/contracts/errors.ts'
import type { History } from '../run/history.ts'
import { type Check, defineCheck, type Finding, vacuous, valid } from './check.ts'

const atLeastOnce = (count: number, atLeast: number, happened: string): Finding =>
  count >= atLeast ? valid(`${happened}.`) : vacuous(`${happened}; ${atLeast} were needed.`)

/** The fault was injected, over all processes that the service had. */
export function faultSeen({
  service,
  fault,
  atLeast = 1,
}: {
  service: string
  fault: string
  atLeast?: number
}): Check {
  const claim = `the fault ${fault} of ${service} is injected at least ${timesOf(atLeast)}`
  return defineCheck(`fault-seen ${service}/${fault}`, claim, history => {
    const injections = history.faults[service]?.[fault]?.injections ?? 0
    return atLeastOnce(injections, atLeast, `The fault ${fault} of ${service} was injected ${timesOf(injections)}`)
  })
}

/** The timeline ran the step, without an error. */
export function stepSeen({
  action,
  target,
  atLeast = 1,
}: {
  action: string
  target?: string
  atLeast?: number
}): Check {
  const step = target === undefined ? action : `${action} ${target}`
  return defineCheck(`step-seen ${step}`, `the step ${step} ran at least ${timesOf(atLeast)}`, history => {
    const steps = history.executedSteps.filter(
      executed => executed.action === action && (target === undefined || executed.target === target),
    )
    return atLeastOnce(steps.length, atLeast, `The step ${step} ran ${timesOf(steps.length)}`)
  })
}

/** Clients were answered with this code of the table of errors: how a disruption shows that no step can prove. */
export function answerSeen({ code, atLeast = 1 }: { code: ErrorCode; atLeast?: number }): Check {
  return defineCheck(`answer-seen ${code}`, `clients are answered ${code} at least ${timesOf(atLeast)}`, history => {
    const answered = history.attempts.filter(({ answer }) => answer.kind === 'status' && answer.code === code)
    return atLeastOnce(answered.length, atLeast, `Clients were answered ${code} ${timesOf(answered.length)}`)
  })
}

const timesOf = (count: number): string => (count === 1 ? 'once' : `${count} times`)

/**
 * Duplicates arrived. By default these are the messages that the timeline sent as duplicates, and orders that were sent to
 * an answer more than once; `count` counts what the broker itself delivered again, as the experiment knows it.
 */
export function duplicatesSeen({
  atLeast = 1,
  count = duplicatesOf,
}: {
  atLeast?: number
  count?: (history: History) => number
} = {}): Check {
  const claim = `duplicates arrived, at least ${atLeast}`
  return defineCheck('duplicates-seen', claim, history =>
    atLeastOnce(count(history), atLeast, `Duplicates that arrived: ${count(history)}`),
  )
}

function duplicatesOf({ raw, attempts }: History): number {
  const answered = attempts.filter(({ answer }) => answer.kind === 'status')
  const repeats = answered.length - new Set(answered.map(({ orderId }) => orderId)).size
  return repeats + raw.filter(({ expect }) => expect === 'duplicate').length
}

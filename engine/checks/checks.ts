// The checks by name, and the set that every experiment with orders takes. The rest is chosen by the experiment, because
// a check that could not have failed is vacuous and a vacuous check spoils the run's verdict.
import { answersMatch } from './answers-match.ts'
import type { Check } from './check.ts'
import { conservation, oversold } from './stock.ts'
import { deadLetterClosure } from './dead-letter-closure.ts'
import { duplicated, unexpected, lost, allResolved, singleOutcome, undecided, unknownResolved } from './orders.ts'
import { expectedOutcomes } from './expected-outcomes.ts'
import { duplicatesSeen } from './preconditions.ts'
import { causalOrder } from './causal-order.ts'

/** Each can fail on any history in which an order was accepted and reserved. */
export const always: readonly Check[] = [
  lost,
  undecided,
  duplicated,
  unexpected,
  conservation,
  singleOutcome,
  answersMatch,
  causalOrder,
]

/** Those without needed parameters; `fault-seen` and `step-seen` are made for what an experiment does. */
export const CHECKS: ReadonlyMap<string, Check> = new Map(
  [...always, oversold, expectedOutcomes(), deadLetterClosure, unknownResolved, allResolved, duplicatesSeen()].map(
    check => [check.name, check],
  ),
)

// The checks by name, and the set that every experiment with orders takes. The rest is chosen by the experiment, because
// a check that could not have failed is vacuous, and a vacuous check makes the whole run vacuous.
import type { Check } from './check.ts'
import { conservation, oversold } from './stock.ts'
import { deadLetterClosure } from './dead-letter-closure.ts'
import {
  allResolved,
  answersMatch,
  duplicated,
  expectedOutcomes,
  lost,
  singleOutcome,
  undecided,
  unexpected,
  unknownResolved,
} from './orders.ts'
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

/** Those that need no parameters; `fault-seen` and `step-seen` are defined for what an experiment does. */
export const CHECKS: ReadonlyMap<string, Check> = new Map(
  [...always, oversold, expectedOutcomes(), deadLetterClosure, unknownResolved, allResolved, duplicatesSeen()].map(
    check => [check.name, check],
  ),
)

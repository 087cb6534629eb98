// The checks by name, and the set that every experiment with orders takes. The rest is chosen by the experiment, because
// a check that could not have failed is vacuous and a vacuous check spoils the run's verdict.
import { answersTrue } from './answers-match.ts'
import type { Check } from './check.ts'
import { conservation } from './conservation.ts'
import { deadLetterClosure } from './dead-letter-closure.ts'
import { doubled } from './duplicated.ts'
import { expectedOutcomes } from './expected-outcomes.ts'
import { ghost } from './unexpected.ts'
import { lost } from './lost.ts'
import { noneUnknown } from './all-resolved.ts'
import { oneOutcome } from './single-outcome.ts'
import { oversold } from './oversold.ts'
import { duplicatesSeen } from './preconditions.ts'
import { stamps } from './causal-order.ts'
import { stuck } from './undecided.ts'
import { unknownResolved } from './unknown-resolved.ts'

/** Each can fail on any history in which an order was accepted and reserved. */
export const always: readonly Check[] = [lost, stuck, doubled, ghost, conservation, oneOutcome, answersTrue, stamps]

/** Those without needed parameters; `fault-seen` and `act-seen` are made for what an experiment does. */
export const CHECKS: ReadonlyMap<string, Check> = new Map(
  [...always, oversold, expectedOutcomes(), deadLetterClosure, unknownResolved, noneUnknown, duplicatesSeen()].map(
    check => [check.name, check],
  ),
)

/**
 * The checks by name, and the set that every variant of every experiment takes. What else an experiment claims it adds itself.
 * A check that could not have failed is vacuous, and makes its run vacuous; but for `oversold`, of which a load that sold out
 * nothing says nothing.
 */
import type { Check } from './check.ts'
import { conservation, oversold } from './stock.ts'
import { deadLetterClosure } from './dead-letter-closure.ts'
import {
  allResolved,
  answersMatch,
  duplicated,
  expectedOutcomes,
  lost,
  recorded,
  singleOutcome,
  undecided,
  unexpected,
  unknownResolved,
} from './orders.ts'
import { duplicatesSeen } from './preconditions.ts'
import { causalOrder } from './causal-order.ts'
import { content } from './content.ts'
import { carriedOut, type MayAnswer, served, shown } from './service.ts'

/** Those that judge what services hold: no request, and no message that nobody told of. */
export const ofEvidence: readonly Check[] = [
  lost,
  undecided,
  duplicated,
  oversold,
  unexpected,
  recorded,
  content,
  conservation,
  singleOutcome,
]

/** What a variant does to orders and requests on purpose. `reasons`: for which it may fail an order. */
export type MayFail = { reasons?: readonly string[]; answers?: MayAnswer }

/** Every order and every request is judged. */
export const checksFor = ({ reasons = [], answers = {} }: MayFail = {}): readonly Check[] => [
  carriedOut,
  served(answers),
  shown(answers),
  ...ofEvidence,
  deadLetterClosure,
  allResolved,
  answersMatch,
  expectedOutcomes({ mayFail: reasons }),
  causalOrder,
]

/** Those that need no parameters; `fault-seen` and `step-seen` are defined for what an experiment does. */
export const CHECKS: ReadonlyMap<string, Check> = new Map(
  [...checksFor(), unknownResolved, duplicatesSeen()].map(check => [check.name, check]),
)

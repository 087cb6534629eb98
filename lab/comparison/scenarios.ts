// The scenarios of the comparison, in the order in which they are shown. A new one is an import and a line here.
import type { Scenario } from './scenario.ts'
import { brokerFull } from './scenarios/broker-full.ts'
import { burst } from './scenarios/burst.ts'
import {
  brokerDead,
  brokerDeadAsShipped,
  inventoryDead,
  inventoryDeadAsShipped,
  inventoryGone,
  inventorySlow,
  notificationDead,
} from './scenarios/dead-or-slow.ts'
import { duplicates } from './scenarios/duplicates.ts'
import { fanOut } from './scenarios/fan-out.ts'
import { healthy } from './scenarios/healthy.ts'
import { newReader } from './scenarios/new-reader.ts'
import { overload } from './scenarios/overload.ts'
import { payloads } from './scenarios/payloads.ts'
import { poison } from './scenarios/poison.ts'
import { readAgain } from './scenarios/read-again.ts'
import { retried } from './scenarios/retried.ts'
import { retryStorm } from './scenarios/retry-storm.ts'
import { slowKitchen } from './scenarios/slow-kitchen.ts'
import { untilKnown } from './scenarios/until-known.ts'

export const HEALTHY = healthy.name

/** All of them: a comparison runs those that are not optional, unless it is asked for others. */
export const scenarios: readonly Scenario[] = [
  healthy,
  untilKnown,
  payloads,
  inventorySlow,
  slowKitchen,
  inventoryDead,
  inventoryDeadAsShipped,
  inventoryGone,
  notificationDead,
  brokerDead,
  brokerDeadAsShipped,
  brokerFull,
  burst,
  overload,
  duplicates,
  poison,
  retried,
  retryStorm,
  readAgain,
  newReader,
  fanOut,
]

export const usualScenarios = scenarios.filter(({ isOptional }) => !isOptional)

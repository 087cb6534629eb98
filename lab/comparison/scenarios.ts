// The scenarios of the comparison, in the order in which they are shown. A new one is an import and a line here.
import type { Scenario } from './scenario.ts'
import { burst } from './scenarios/burst.ts'
import { brokerDead, inventoryDead, inventoryGone, inventorySlow, notificationDead } from './scenarios/dead-or-slow.ts'
import { duplicates } from './scenarios/duplicates.ts'
import { healthy } from './scenarios/healthy.ts'
import { overload } from './scenarios/overload.ts'
import { poison } from './scenarios/poison.ts'
import { readAgain } from './scenarios/read-again.ts'

export const HEALTHY = healthy.name

export const scenarios: readonly Scenario[] = [
  healthy,
  inventorySlow,
  inventoryDead,
  inventoryGone,
  notificationDead,
  brokerDead,
  burst,
  overload,
  duplicates,
  poison,
  readAgain,
]

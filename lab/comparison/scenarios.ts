// The scenarios of the comparison, in the order in which they are shown. A new one is a file, one import and one line here.
import type { Scenario } from './scenario.ts'
import { brokerDead } from './scenarios/broker-dead.ts'
import { burst } from './scenarios/burst.ts'
import { duplicates } from './scenarios/duplicates.ts'
import { healthy } from './scenarios/healthy.ts'
import { inventoryDead } from './scenarios/inventory-dead.ts'
import { inventorySlow } from './scenarios/inventory-slow.ts'
import { notificationDead } from './scenarios/notification-dead.ts'
import { poison } from './scenarios/poison.ts'
import { readAgain } from './scenarios/read-again.ts'

export const HEALTHY = healthy.name

export const scenarios: readonly Scenario[] = [
  healthy,
  inventorySlow,
  inventoryDead,
  notificationDead,
  brokerDead,
  burst,
  duplicates,
  poison,
  readAgain,
]

// The faults of the comparison, in the order in which they are shown. A new one is a file, one import and one line here.
import type { Fault } from './fault.ts'
import { brokerDead } from './faults/broker-dead.ts'
import { burst } from './faults/burst.ts'
import { duplicates } from './faults/duplicates.ts'
import { healthy } from './faults/healthy.ts'
import { inventoryDead } from './faults/inventory-dead.ts'
import { inventorySlow } from './faults/inventory-slow.ts'
import { notificationDead } from './faults/notification-dead.ts'
import { poison } from './faults/poison.ts'
import { readAgain } from './faults/read-again.ts'

export const HEALTHY = healthy.name

export const faults: readonly Fault[] = [
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

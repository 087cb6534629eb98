// What the consumer of each queue reads. One place, because the lab reads an edited dead letter as its consumer will.
import { Type } from '#common/contracts/type.ts'
import { InventoryEvent, InventoryReserved, OrderDeadLettered, OrderPlaced } from '#common/contracts/events.ts'
import { readEvent } from '#common/messaging/read-event.ts'

export const readers = {
  inventory: readEvent(OrderPlaced, ['OrderPlaced']),
  notification: readEvent(InventoryReserved, ['InventoryReserved']),
  order: readEvent(Type.Union([InventoryEvent, OrderDeadLettered]), [
    'InventoryReserved',
    'InventoryFailed',
    'OrderDeadLettered',
  ]),
}

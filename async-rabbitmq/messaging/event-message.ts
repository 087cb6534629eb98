// An event as a message: the envelope is the body; what readers and tools want to see outside repeats it.
import type { InventoryEvent, OrderPlaced } from '#common/contracts/events.ts'
import type { Outgoing } from '../broker/message.ts'

export const eventMessage = (exchange: string, event: OrderPlaced | InventoryEvent): Outgoing => ({
  exchange,
  routingKey: event.type,
  messageId: event.id,
  correlationId: event.correlationId,
  type: event.type,
  body: Buffer.from(JSON.stringify(event)),
})

// An event as a message. The body is the whole event; the properties repeat what tools show without reading a body.
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

// Messages that nothing can be done with, for loads in which some of the messages are poison.
import { orderPlaced } from '#common/contracts/events.ts'
import { DEFAULT_KITCHEN } from '#common/contracts/order.ts'
import type { RawMessage } from '../run/history.ts'

export type Poison = {
  id: string
  class: string
  body: string
  /** Where the body can still be read so far as to name an order. */
  orderId?: string
}

/** An order as an event of it, which a queue or a log carries; or as it is, which a request carries. */
export type Form = 'event' | 'order'

/** In turn: cut off in the middle, without its lines, and with a negative quantity. Each body holds the id. */
export function poisonOf(nth: number, form: Form = 'event'): Poison {
  const id = `poison-${String(nth).padStart(4, '0')}`
  const items = [{ sku: 'burger', quantity: -3 }]
  const order = { orderId: id, userId: 'poisoner', kitchenId: DEFAULT_KITCHEN, items }
  const event = orderPlaced(order, { correlationId: id, occurredAt: '2026-01-01T00:00:00.000Z' })
  const negative = JSON.stringify(form === 'order' ? order : event)
  const classes: Omit<Poison, 'id'>[] = [
    { class: 'cut off', body: `{"id":"${id}","type":` },
    { class: 'without lines', body: negative.replace(JSON.stringify(items), '[]'), orderId: id },
    { class: 'a negative quantity', body: negative, orderId: id },
  ]
  return { id, class: '', body: '', ...classes[nth % classes.length] }
}

/** The message as a history knows it. */
export const asRaw = ({ id, class: kind, orderId, body }: Poison): RawMessage => ({
  id,
  class: kind,
  expect: 'dead-letter',
  body,
  ...(orderId && { orderId }),
})

// Every exchange, queue, binding and argument of the model, as data. Every name begins with the place's prefix.
//
//   orders ──OrderPlaced──▶ inventory.orders            inventory-events ──InventoryReserved──▶ notification.reserved
//                                                                        └─Reserved, Failed──▶ order.results
//   retry.N holds a copy for its delay and lets it expire back to the queue that the copy came from.
//   <reader>.dead-letters keeps what was given up, with its reason.
//
// Guarantees: the arguments are right on RabbitMQ 3.10 to 4.x. Quorum queues, so that what is confirmed is on the
// broker's disk. What the broker itself dead-letters (a delay that expired, the delivery limit) is `at-least-once`,
// which it ignores without `reject-publish`; otherwise a missing target would lose the message without a word.

/** The ladder holds at most so many delays; all steps are removed with a prefix, whatever was configured. */
export const MAX_RETRY_DELAYS = 5
export const DEFAULT_RETRY_DELAYS_MS = [200, 1_000, 5_000]

/**
 * After so many returns of an unsettled message the broker itself dead-letters it: the last resort. The consumers keep
 * good messages far below it (see consume.ts), because this limit alone empties a good backlog: it counts deaths of
 * the consumer, not faults of the message.
 */
export const DELIVERY_LIMIT = 20

/** Who looks through dead letters returns them each time; 4.x would drop them after 20 looks without this. */
const NEVER = 2_000_000_000

export type Exchange = { name: string; type: 'direct' | 'fanout' }
export type Queue = { name: string; arguments: Record<string, string | number> }
export type Binding = { exchange: string; queue: string; routingKey: string }
/** A queue that a service reads, and where it puts what it gives up. */
export type ConsumerQueue = { queue: string; deadLetters: string }

export type Reader = 'inventory' | 'notification' | 'order'

export type Topology = {
  orders: string
  events: string
  consumerQueues: Record<Reader, ConsumerQueue>
  /** The exchanges of the ladder, one a step. */
  delayQueues: string[]
  exchanges: Exchange[]
  queues: Queue[]
  bindings: Binding[]
  /** Declared last of all, when the queues are old enough to be trusted: who finds it need not wait again. */
  readyMarker: string
}

export function topologyOf(prefix: string, retrySteps: number): Topology {
  const orders = `${prefix}orders`
  const events = `${prefix}inventory-events`
  const lines: Topology['consumerQueues'] = {
    inventory: { queue: `${prefix}inventory.orders`, deadLetters: `${prefix}inventory.dead-letters` },
    notification: { queue: `${prefix}notification.reserved`, deadLetters: `${prefix}notification.dead-letters` },
    order: { queue: `${prefix}order.results`, deadLetters: `${prefix}order.dead-letters` },
  }
  const retries = Array.from({ length: retrySteps }, (_, step) => `${prefix}retry.${step + 1}`)
  return {
    orders,
    events,
    consumerQueues: lines,
    delayQueues: retries,
    exchanges: [
      { name: orders, type: 'direct' },
      { name: events, type: 'direct' },
      // Fanout, so that a copy keeps the name of its own queue as routing key, and expires back to there.
      ...retries.map(name => ({ name, type: 'fanout' as const })),
    ],
    queues: [
      ...Object.values(lines).flatMap(line => [mainQueue(line), deadLetterQueue(line)]),
      ...retries.map(retryQueue),
    ],
    bindings: [
      { exchange: orders, queue: lines.inventory.queue, routingKey: 'OrderPlaced' },
      { exchange: events, queue: lines.notification.queue, routingKey: 'InventoryReserved' },
      { exchange: events, queue: lines.order.queue, routingKey: 'InventoryReserved' },
      { exchange: events, queue: lines.order.queue, routingKey: 'InventoryFailed' },
      ...retries.map(name => ({ exchange: name, queue: name, routingKey: '' })),
    ],
    readyMarker: `${prefix}settled.${retrySteps}`,
  }
}

const quorum = { 'x-queue-type': 'quorum' }

/** How the broker itself moves a message on: kept until the target has confirmed it. The default exchange is ''. */
const movedSafely = {
  'x-dead-letter-exchange': '',
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
}

const mainQueue = ({ queue, deadLetters }: ConsumerQueue): Queue => ({
  name: queue,
  arguments: {
    ...quorum,
    ...movedSafely,
    'x-delivery-limit': DELIVERY_LIMIT,
    'x-dead-letter-routing-key': deadLetters,
  },
})

const deadLetterQueue = ({ deadLetters }: ConsumerQueue): Queue => ({
  name: deadLetters,
  arguments: { ...quorum, 'x-delivery-limit': NEVER },
})

/** The delay is the message's own expiration, so that another ladder needs no other queues. */
const retryQueue = (name: string): Queue => ({ name, arguments: { ...quorum, ...movedSafely } })

/** All names that a prefix can have, whatever ladder was configured. */
export function namesOf(prefix: string): { exchanges: string[]; queues: string[] } {
  const all = topologyOf(prefix, MAX_RETRY_DELAYS)
  const markers = Array.from({ length: MAX_RETRY_DELAYS }, (_, steps) => topologyOf(prefix, steps + 1).readyMarker)
  return {
    exchanges: [...all.exchanges.map(exchange => exchange.name), ...markers],
    queues: all.queues.map(queue => queue.name),
  }
}

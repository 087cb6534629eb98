// Every exchange, queue, binding and argument of the model, as data. Every name begins with the deployment's prefix.
//
//   orders ──OrderPlaced──▶ inventory.orders            inventory-events ──InventoryReserved──▶ notification.reserved
//                                                                        └─Reserved, Failed──▶ order.results
//                                               OrderDeadLettered ───────────────────────────▶ order.results
//   retry.N are the delay queues: a message waits there, and expires to the queue that it came from.
//   <reader>.dead-letters keeps the messages that could not be handled, with their reasons.
//   <reader>.reader says which store reads; its reader declares it, because the name of its store is in the arguments.
//   inventory-events.stream, where it is wanted, keeps every result of inventory for readers that join later.
//   further-reader.N is the lab's, and takes every result of inventory while it measures what readers cost.
//
// Guarantees: the arguments are right on RabbitMQ 3.10 to 4.x. The queues are quorum queues, so a confirmed message is on
// the broker's disk. What the broker itself dead-letters (an expired delay, the delivery limit) is `at-least-once`, which
// it ignores without `reject-publish`. Without it a missing target queue would lose the message and report nothing.

/** At most so many delays can be set. All delay queues of a prefix are removed with it, whatever was set. */
export const MAX_RETRY_DELAYS = 5
export const DEFAULT_RETRY_DELAYS_MS = [200, 1_000, 5_000]

/**
 * After so many returns of an unacked message the broker itself dead-letters it: the last resort. The consumers keep good
 * messages far below it (see quarantine.ts). This limit alone would dead-letter a good backlog, because it counts crashes of
 * the consumer and not errors of the message.
 */
export const DELIVERY_LIMIT = 20

/** Listing dead letters returns each of them to its queue; without this, 4.x would drop them after 20 lists. */
const UNLIMITED = 2_000_000_000

export type Exchange = { name: string; type: 'direct' | 'fanout' }
export type Queue = { name: string; arguments: Record<string, string | number> }
export type Binding = { exchange: string; queue: string; routingKey: string }
/**
 * A queue that a service consumes, the queue for the messages of it that cannot be handled, and the register: the queue
 * that says which store the messages belong to (see reader-claim.ts).
 */
export type ConsumerQueue = { queue: string; deadLetters: string; register: string }

type Reader = 'inventory' | 'notification' | 'order'

export type Topology = {
  /** Every name begins with it. */
  prefix: string
  orders: string
  events: string
  stream: string
  consumerQueues: Record<Reader, ConsumerQueue>
  /** The exchanges of the delay queues, one for each further attempt. */
  delayQueues: string[]
  exchanges: Exchange[]
  queues: Queue[]
  bindings: Binding[]
  /** An exchange that is declared last, once the queues are safe to use. A service that finds it and all queues need not wait. */
  readyMarker: string
}

export function topologyOf(prefix: string, delayQueueCount: number, { hasStream = false } = {}): Topology {
  const orders = `${prefix}orders`
  const events = `${prefix}inventory-events`
  const stream = `${events}.stream`
  const consumerQueue = (reader: Reader, queue: string): ConsumerQueue => ({
    queue: prefix + queue,
    deadLetters: `${prefix}${reader}.dead-letters`,
    register: `${prefix}${reader}.reader`,
  })
  const consumerQueues: Topology['consumerQueues'] = {
    inventory: consumerQueue('inventory', 'inventory.orders'),
    notification: consumerQueue('notification', 'notification.reserved'),
    order: consumerQueue('order', 'order.results'),
  }
  const delayQueues = Array.from({ length: delayQueueCount }, (_, index) => `${prefix}retry.${index + 1}`)
  return {
    prefix,
    orders,
    events,
    stream,
    consumerQueues,
    delayQueues,
    exchanges: [
      { name: orders, type: 'direct' },
      { name: events, type: 'direct' },
      // Fanout: the routing key is the name of the queue that the message came from, and the message expires to it.
      ...delayQueues.map(name => ({ name, type: 'fanout' as const })),
    ],
    queues: [
      ...Object.values(consumerQueues).flatMap(queue => [mainQueue(queue), deadLetterQueue(queue)]),
      ...delayQueues.map(delayQueue),
      ...(hasStream ? [{ name: stream, arguments: { 'x-queue-type': 'stream' } }] : []),
    ],
    bindings: [
      { exchange: orders, queue: consumerQueues.inventory.queue, routingKey: 'OrderPlaced' },
      { exchange: events, queue: consumerQueues.notification.queue, routingKey: 'InventoryReserved' },
      { exchange: events, queue: consumerQueues.order.queue, routingKey: 'InventoryReserved' },
      { exchange: events, queue: consumerQueues.order.queue, routingKey: 'InventoryFailed' },
      { exchange: events, queue: consumerQueues.order.queue, routingKey: 'OrderDeadLettered' },
      ...delayQueues.map(name => ({ exchange: name, queue: name, routingKey: '' })),
      ...(hasStream ? RESULTS.map(routingKey => ({ exchange: events, queue: stream, routingKey })) : []),
    ],
    readyMarker: `${prefix}ready`,
  }
}

/** Each order has one of these in the end. */
export const RESULTS = ['InventoryReserved', 'InventoryFailed']

const quorum = { 'x-queue-type': 'quorum' }

/** The broker keeps a message that it dead-letters until the target queue has confirmed it. The default exchange is ''. */
const deadLetteredSafely = {
  'x-dead-letter-exchange': '',
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
}

const mainQueue = ({ queue, deadLetters }: ConsumerQueue): Queue => ({
  name: queue,
  arguments: {
    ...quorum,
    ...deadLetteredSafely,
    'x-delivery-limit': DELIVERY_LIMIT,
    'x-dead-letter-routing-key': deadLetters,
  },
})

const deadLetterQueue = ({ deadLetters }: ConsumerQueue): Queue => ({
  name: deadLetters,
  arguments: { ...quorum, 'x-delivery-limit': UNLIMITED },
})

/** Of the lab: a reader beside the services has it to itself. @param nth from 1 */
export const readerQueue = (prefix: string, nth: number): Queue => ({
  name: `${prefix}further-reader.${nth}`,
  arguments: quorum,
})

/** The delay is the message's own expiration, so that other delays need no other queues. */
const delayQueue = (name: string): Queue => ({ name, arguments: { ...quorum, ...deadLetteredSafely } })

/** All names that a prefix can have, whatever retry delays were set. */
export function namesOf(prefix: string): { exchanges: string[]; queues: string[] } {
  const all = topologyOf(prefix, MAX_RETRY_DELAYS, { hasStream: true })
  return {
    exchanges: [...all.exchanges.map(exchange => exchange.name), all.readyMarker],
    queues: [
      ...all.queues.map(queue => queue.name),
      ...Object.values(all.consumerQueues).map(({ register }) => register),
    ],
  }
}

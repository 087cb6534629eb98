// The event of an order is delivered more than once, in several ways: is an order ever reserved or notified twice?
import { eventId } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import { checksFor } from '#engine/checks/checks.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, setBy } from '#engine/experiment/define.ts'
import type { History, RawMessage } from '#engine/run/history.ts'
import type { PlannedOrder } from '#engine/load/orders.ts'
import {
  at,
  fault,
  kill,
  start,
  operation,
  type StepContext,
  type Step,
  type Progress,
  type When,
} from '#engine/experiment/steps.ts'
import { count, findMeasure, sentence } from '#engine/analysis/measures.ts'
import { asyncRabbitmq } from '../../lab/model.ts'
import type { RabbitmqOperations } from '../../lab/operations.ts'
import { healUntilTaken, readRepeats, repeatsOf, repeatsSeen } from './repeats.ts'

const INVENTORY = 'inventory_service'
/** How many orders are repeated, each time. */
const REPEATED = 20
/** Twice before the restart and twice after it; an event with other content is none. */
const REPEATS = 4 * REPEATED

const orderOf = ({ orderId, userId, kitchenId, items }: PlannedOrder): Order => ({ orderId, userId, kitchenId, items })
const repeatedOrders = ({ planned }: StepContext) => planned.slice(0, REPEATED)

/**
 * Publishes OrderPlaced of some orders again, with the same ids or with ids of their own. With other items they must decide
 * nothing, and be dead-lettered.
 */
const repeat = (when: When, as: 'same' | 'new', kind: string, items?: Order['items']): Step =>
  at(
    when,
    operation<RabbitmqOperations>(
      'redeliver',
      context => ({
        as,
        orders: repeatedOrders(context).map(order => ({ ...orderOf(order), ...(items && { items }) })),
      }),
      context => repeatedOrders(context).map(order => rawOf(order, items ? 'dead-letter' : 'duplicate', kind)),
    ),
  )

const rawOf = ({ orderId }: PlannedOrder, expect: RawMessage['expect'], kind: string): RawMessage => ({
  id: eventId('OrderPlaced', orderId),
  orderId,
  expect,
  class: kind,
})

const decided =
  (orders: number) =>
  ({ decided }: Progress): boolean =>
    decided >= orders

export default defineExperiment({
  model: asyncRabbitmq,
  title: 'Double delivery',
  question:
    'The event of an order is delivered more than once, in several ways: is an order ever reserved or notified twice?',
  does: 'The lab publishes duplicates, and the broker redelivers messages when inventory_service is killed before its ack.',
  profiles: {
    full: { orders: 600, ordersPerSecond: 200, deaths: 10 },
    quick: { orders: 400, ordersPerSecond: 200, deaths: 10 },
    smoke: { orders: 200, ordersPerSecond: 100, deaths: 3 },
  },
  variants({ orders, ordersPerSecond, deaths }) {
    const load = { orders, ordersPerSecond, deadlineMs: 5_000 }
    const sound = checksFor()
    const base = { load, quiescenceMs: 60_000, measures: repeatMeasures }
    return [
      {
        ...base,
        name: 'published again',
        about:
          'the same event, another event of the same order, and the same order with other content; also after a restart',
        timeline: [
          repeat(decided(orders), 'same', 'the same event'),
          repeat(decided(orders), 'new', 'another event of the same order'),
          repeat(decided(orders), 'new', 'other content', [{ sku: 'salad', quantity: 7 }]),
          at(({ deadLetters }) => deadLetters >= REPEATED, kill(INVENTORY)),
          at(0, start(INVENTORY)),
          repeat(0, 'same', 'the same event after a restart'),
          repeat(0, 'new', 'another event after a restart'),
          readRepeats(0, REPEATS),
        ],
        setByFault: {
          ...setBy(`4 × ${REPEATED} events are published again`, 'duplicates'),
          ...setBy(`${REPEATED} events with other content`, 'dead letters'),
        },
        checks: [...sound, stepSeen({ action: 'kill', target: INVENTORY }), repeatsSeen(REPEATS)],
      },
      {
        ...base,
        name: 'killed once',
        about: 'inventory_service is killed, and the broker redelivers the messages that it had decided and not acked',
        supervised: [INVENTORY],
        timeline: [
          at(500, fault(INVENTORY, { crash: { point: 'publish-ack', after: 1 } })),
          readRepeats(progress => progress.deaths(INVENTORY) >= 1 && progress.decided >= orders),
        ],
        checks: [...sound, repeatsSeen(1)],
      },
      {
        ...base,
        name: `killed ${deaths} times`,
        about: `the same with many messages in flight, at least ${deaths} times`,
        supervised: [INVENTORY],
        // Each process is killed at its 32nd confirmed outcome, with the other messages of its batch unacked.
        environment: { [INVENTORY]: { INVENTORY_CRASH_AT: 'publish-ack:32' } },
        timeline: [
          healUntilTaken(progress => progress.deaths(INVENTORY) >= deaths && progress.decided >= orders),
          readRepeats(0),
        ],
        checks: [...sound, repeatsSeen(deaths)],
      },
    ]
  },
  columns: [
    'requested',
    'availability',
    'duplicates',
    'decided',
    'notified',
    'dead letters',
    'accepted p50',
    'completed p50',
    'completed max',
  ],
  explain(results) {
    const received = results.map(result => findMeasure(result, 'duplicates').value)
    const value = received.includes(null) ? null : received.reduce<number>((sum, each) => sum + (each ?? 0), 0)
    const [published, , killed] = results
    return [
      ...sentence`Inventory received ${count({ value })} messages of orders that it had decided before. It recognises each by its orderId in the transaction that takes the stock, and publishes the stored outcome again.`,
      ...sentence`${count(findMeasure(published, 'dead letters'))} messages with other content for a known order became dead letters. When inventory_service was killed repeatedly with many messages in flight, ${count(findMeasure(killed, 'dead letters'))} good orders did.`,
    ]
  },
})

function repeatMeasures(history: History) {
  const { decisions, notifications, deadLetters } = history.evidence
  return [
    { name: 'duplicates', unit: 'messages', value: repeatsOf(history) },
    { name: 'decided', unit: 'orders', value: decisions.length },
    { name: 'notified', unit: 'orders', value: notifications.length },
    { name: 'dead letters', unit: 'messages', value: deadLetters.length },
  ]
}

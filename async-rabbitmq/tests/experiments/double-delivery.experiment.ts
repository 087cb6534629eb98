// The same order is told of again, in every way in which that happens: is it ever reserved or confirmed twice?
import { eventId } from '#common/contracts/events.ts'
import type { Order } from '#common/contracts/order.ts'
import { always } from '#engine/checks/checks.ts'
import { deadLetterClosure } from '#engine/checks/dead-letter-closure.ts'
import { expectedOutcomes } from '#engine/checks/expected-outcomes.ts'
import { oversold } from '#engine/checks/stock.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, type Variant } from '#engine/experiment/define.ts'
import type { RawMessage } from '#engine/run/history.ts'
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
import { count, findMeasure } from '#engine/analysis/measures.ts'
import { asyncRabbitmq } from '../../lab/model.ts'
import type { RabbitmqOperations } from '../../lab/operations.ts'
import { healInTheEnd, readRepeats, repeatsOf, repeatsSeen } from './repeats.ts'

const INVENTORY = 'inventory_service'
/** Orders that are told of again, each time. */
const AGAIN = 20

const orderOf = ({ orderId, userId, kitchenId, items }: PlannedOrder): Order => ({ orderId, userId, kitchenId, items })
const some = ({ planned }: StepContext) => planned.slice(0, AGAIN)

const again = (when: When, as: 'same' | 'new', kind: string): Step =>
  at(
    when,
    operation<RabbitmqOperations>(
      'redeliver',
      stage => ({ orders: some(stage).map(orderOf), as }),
      stage => some(stage).map(planned => rawOf(planned, 'duplicate', kind)),
    ),
  )

/** The same orders with one unit more: they must decide nothing, and be given up. */
const conflicting = (when: When): Step =>
  at(
    when,
    operation<RabbitmqOperations>(
      'redeliver',
      stage => ({
        as: 'new',
        orders: some(stage).map(planned => ({ ...orderOf(planned), items: [{ sku: 'salad', quantity: 7 }] })),
      }),
      stage => some(stage).map(planned => rawOf(planned, 'dead-letter', 'other content')),
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
    'The same order is told of again, in every way in which that happens: is it ever reserved or confirmed twice?',
  does: 'Duplicates are published by the lab and made by the broker, when inventory_service is killed before its ack.',
  profiles: {
    full: { orders: 600, ordersPerSecond: 200, deaths: 10 },
    quick: { orders: 400, ordersPerSecond: 200, deaths: 10 },
  },
  variants({ orders, ordersPerSecond, deaths }) {
    const load = { orders, ordersPerSecond, deadlineMs: 5_000 }
    const sound = [...always, oversold, expectedOutcomes()]
    const base = { load, quiescenceMs: 60_000, measures: repeatMeasures }
    const variants: Variant[] = [
      {
        ...base,
        name: 'published again',
        about:
          'the same event, another event of the same order, the same order with other content, and after a restart',
        timeline: [
          again(decided(orders), 'same', 'the same event'),
          again(decided(orders), 'new', 'another event of the same order'),
          conflicting(decided(orders)),
          at(({ deadLetters }) => deadLetters >= AGAIN, kill(INVENTORY)),
          at(0, start(INVENTORY)),
          again(0, 'same', 'the same event after a restart'),
          again(0, 'new', 'another event after a restart'),
          readRepeats(({ depths }) => depths['inventory.orders'] === 0),
        ],
        checks: [...sound, deadLetterClosure, stepSeen({ action: 'kill', target: INVENTORY }), repeatsSeen(3 * AGAIN)],
      },
      {
        ...base,
        name: 'killed once',
        about: 'the broker delivers again what inventory_service had decided and not acked when it was killed',
        supervised: [INVENTORY],
        timeline: [
          at(500, fault(INVENTORY, { crash: { point: 'publish-ack', after: 1 } })),
          readRepeats(view => view.deaths(INVENTORY) >= 1 && view.decided >= orders),
        ],
        checks: [...sound, repeatsSeen(1)],
      },
      {
        ...base,
        name: `killed ${deaths} times`,
        about: `the same with a full batch in flight, at least ${deaths} times`,
        supervised: [INVENTORY],
        // Each life ends at its 32nd confirmed outcome, with the rest of its batch unacked.
        environment: { [INVENTORY]: { INVENTORY_CRASH_AT: 'publish-ack:32' } },
        timeline: [healInTheEnd(view => view.deaths(INVENTORY) >= deaths && view.decided >= orders), readRepeats(0)],
        checks: [...sound, repeatsSeen(deaths)],
      },
    ]
    return variants
  },
  columns: [
    'requested',
    'duplicates',
    'decided',
    'notified',
    'dead letters',
    'accepted p50',
    'completed p50',
    'completed max',
  ],
  explain(results) {
    const total = results.reduce((sum, { history }) => sum + repeatsOf(history), 0)
    const [published, , killed] = results
    return [
      `Inventory met ${total.toLocaleString('en-US')} orders that it had decided before, knew each by its orderId in the transaction that takes the stock, and said the same outcome again.`,
      `${count(findMeasure(published, 'dead letters'))} messages that told of a known order with other content are dead letters; when inventory_service died again and again with a full batch in flight, ${count(findMeasure(killed, 'dead letters'))} good orders became one.`,
    ]
  },
})

function repeatMeasures(history: Parameters<typeof repeatsOf>[0]) {
  const { decisions, notifications, deadLetters } = history.evidence
  return [
    { name: 'duplicates', unit: 'messages', value: repeatsOf(history) },
    { name: 'decided', unit: 'orders', value: decisions.length },
    { name: 'notified', unit: 'orders', value: notifications.length },
    { name: 'dead letters', unit: 'messages', value: deadLetters.length },
  ]
}

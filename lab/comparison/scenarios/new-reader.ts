// A reader joins that was not there before, and reads what became of all orders from the first.
import { digestOf, type NewReaderOperations, type OrdersRead } from '#engine/experiment/new-reader.ts'
import { defineCheck, vacuous, valid } from '#engine/checks/check.ts'
import { at, operation } from '#engine/experiment/steps.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { defineScenario } from '../scenario.ts'

export const READ_RATE = 'read per second'

export const newReader = defineScenario({
  name: 'new-reader',
  title: 'A new reader joins',
  asks: 'Somebody wants what became of every order, from the first one: can they have it, how fast, and is it what the services hold?',
  caveat:
    'The reader is the lab itself. It parses and checks each record, keeps each order once, and begins when the load is over and nothing waits. In REST it pages through the orders of the order service; in RabbitMQ it reads a stream that is bound beside the queues (EVENT_STREAM); in Kafka the topic that the services read.',
  isOptional: true,
  profiles: {
    full: { ordersPerSecond: 400, orders: 20_000 },
    quick: { ordersPerSecond: 100, orders: 300 },
  },
  columns: ['requested', 'lost', 'duplicated', 'unknown', 'orders read', 'all read after', READ_RATE],
  load: ({ orders }) => ({ orders }),
  disrupt: ({ comparison: { keepsResults } }) => ({
    environment: keepsResults,
    timeline: [
      at(
        ({ loadDone, decided, depths }) => loadDone && decided > 0 && Object.values(depths).every(depth => depth === 0),
        operation<NewReaderOperations>('read-orders', ({ planned }) => ({ expected: planned.length })),
      ),
    ],
    seen: [allRead],
    measures: readMeasures,
  }),
})

const readIn = ({ executedSteps }: History): OrdersRead | undefined =>
  executedSteps.find(({ action }) => action === 'read-orders')?.result as OrdersRead | undefined

function readMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { orders = 0, tookMs = null } = readIn(history) ?? {}
  return [
    { name: 'orders read', unit: 'orders', value: orders },
    { name: 'all read after', unit: 'ms', value: tookMs },
    { name: READ_RATE, unit: 'orders/s', value: tookMs === null ? null : orders / (tookMs / 1_000) },
  ]
}

/** What the order service holds in the end; at the end of this scenario every order is decided. */
const allRead = defineCheck('all-read', 'the new reader read what the order service holds of each order', history => {
  const held = history.evidence.orders.map(({ orderId, status }) => [orderId, status] as const)
  const { orders = 0, digest = '' } = readIn(history) ?? {}
  if (held.length === 0) return vacuous('There were no orders.')
  if (digest === digestOf(held)) return valid(`It read the outcomes of ${orders} orders, each as it is held.`)
  const what = orders === held.length ? 'another outcome or another order' : `${orders} orders`
  return { verdict: 'invalid', detail: `It read ${what}, where ${held.length} are held.` }
})

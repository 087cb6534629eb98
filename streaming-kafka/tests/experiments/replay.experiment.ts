// The log is read again from its beginning: are the metrics the same?
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { always } from '#engine/checks/checks.ts'
import { expectedOutcomes } from '#engine/checks/expected-outcomes.ts'
import { oversold } from '#engine/checks/oversold.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, type Variant } from '#engine/experiment/define.ts'
import {
  at,
  kill,
  read,
  type StepContext,
  start,
  type Step,
  operation,
  type Progress,
  wipe,
} from '#engine/experiment/steps.ts'
import { count, findMeasure } from '#engine/analysis/format.ts'
import { streamingKafka } from '../../lab/model.ts'
import { asSent, differs, equalBytes, equalReads, readsToPins, replayMeasures } from './replayed.ts'

const ANALYTICS = 'analytics_consumer'

const lagOf = ({ depths }: Progress): number =>
  Object.entries(depths).reduce((sum, [name, lag]) => (name.startsWith(ANALYTICS) ? sum + lag : sum), 0)
const noLag = (view: Progress): boolean => Object.values(view.depths).every(lag => lag === 0)
/** Every order of the log is decided, and analytics has read all of it: no record comes any more. */
const allRead = (view: Progress): boolean => view.loadDone && view.decided > 0 && noLag(view)

const readMetrics = (when: Step['at']): Step[] => [
  at(when, read(ANALYTICS, '/metrics.json')),
  at(0, read(ANALYTICS, '/progress')),
]

/** Its state and file deleted, its group set back, and it begins anew. */
const recompute: Step[] = [
  at(0, kill(ANALYTICS)),
  at(0, wipe(ANALYTICS)),
  at(0, operation('reset-offsets', { group: ANALYTICS })),
  at(0, start(ANALYTICS)),
]

export default defineExperiment({
  model: streamingKafka,
  title: 'Replay',
  question: 'Offsets reset, metrics computed again from the log: are they equal?',
  does: 'Metrics are read at pinned ends of the log; analytics_consumer is killed, its state and file are deleted, its offsets reset, and it computes again.',
  profiles: {
    full: { orders: 2_500, ordersPerSecond: 500, readsPerSecond: 3_000 },
    quick: { orders: 600, ordersPerSecond: 200, readsPerSecond: 1_000 },
  },
  variants({ orders, ordersPerSecond, readsPerSecond }) {
    const pin = at(allRead, operation('pin-offsets', { topics: ['orders', 'inventory-events'] }))
    const variant = (name: string, about: string, between: Step[], more = 0): Variant => ({
      name,
      about,
      load: { orders, ordersPerSecond, deadlineMs: 10_000 },
      // Slow enough to be killed in the middle, and faster than records come.
      environment: {
        [ANALYTICS]: { ANALYTICS_THROTTLE_PER_SECOND: String(readsPerSecond) },
        // An order that the log takes late counts as well.
        producer_order: { PRODUCE_DEADLINE_MS: '10000' },
      },
      timeline: [pin, ...readMetrics(0), ...between, ...readMetrics(allRead)],
      completeWhen: noLag,
      quiescenceMs: 60_000,
      checks: [...always, oversold, expectedOutcomes(), readsToPins, asSent(more), stepSeen({ verb: 'wipe' })],
      measures: replayMeasures,
    })
    const equal = (one: Variant): Variant => ({ ...one, checks: [...one.checks, equalBytes, equalReads] })
    const middle = at(view => lagOf(view) > 0 && lagOf(view) < 1.5 * orders, kill(ANALYTICS))
    const again = variant('killed in the middle', 'killed and started again before the second pass has ended', [
      ...recompute,
      middle,
      at(0, start(ANALYTICS)),
    ])
    const one = variant(
      'one record more',
      'control: one order more before the second pass',
      [placeOne, ...recompute],
      1,
    )
    return [
      equal(variant('replayed', 'computed again from the beginning', recompute)),
      { ...equal(again), checks: [...equal(again).checks, stepSeen({ verb: 'kill', target: ANALYTICS, atLeast: 2 })] },
      { ...one, checks: [...one.checks, differs] },
    ]
  },
  columns: ['before', 'after'].flatMap(when =>
    ['orders', 'failure rate', 'minutes', 'records read', 'file'].map(name => `${when}: ${name}`),
  ),
  explain([replayed, killed, more]) {
    const of = findMeasure
    return [
      `The second pass read ${count(of(replayed, 'after: records read'))} records, as many as the first, and wrote the same ${count(of(replayed, 'after: file'))} bytes, also when it was killed in its middle (${count(of(killed, 'after: records read'))} records): state and position are kept in one transaction, and events are known by their ids.`,
      `With one order more it counted ${count(of(more, 'after: orders'))} in place of ${count(of(more, 'before: orders'))}: the comparison can fail.`,
    ]
  },
})

/** An order that comes past the door: one record more in each stream. */
const extraOrder = ({ planned }: StepContext) => {
  const { userId = 'user', idempotencyKey = '' } = planned[0] ?? {}
  const orderId = deriveOrderId(userId, `${idempotencyKey}-more`)
  return { orderId, userId, kitchenId: 'kitchen-00', items: [{ sku: 'burger', quantity: 1 }] }
}
const placeOne: Step = at(
  0,
  operation(
    'publish-event',
    stage => ({ orders: [extraOrder(stage)] }),
    stage => [{ id: 'one more', orderId: extraOrder(stage).orderId, expect: 'decided', class: 'one more' }],
  ),
)

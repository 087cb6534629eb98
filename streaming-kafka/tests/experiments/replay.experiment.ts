// A consumer that has lost its state reads the log from its beginning: are the metrics equal?
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { checksFor } from '#engine/checks/checks.ts'
import { stepSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, setBy, thousands, type Variant, type VariantResult } from '#engine/experiment/define.ts'
import type { History } from '#engine/run/history.ts'
import {
  at,
  isDrained,
  kill,
  read,
  type StepContext,
  start,
  type Step,
  operation,
  type Progress,
  wipe,
} from '#engine/experiment/steps.ts'
import { count, findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import { REREAD, rereadMeasures } from '#engine/analysis/recovery.ts'
import { streamingKafka } from '../../lab/model.ts'
import type { KafkaOperations } from '../../lab/operations.ts'
import { asSent, differs, equalBytes, equalReads, readsToPins, replayMeasures } from './replayed.ts'

const ANALYTICS = 'analytics_consumer'

const lagOf = ({ depths }: Progress): number =>
  Object.entries(depths).reduce((sum, [name, lag]) => (name.startsWith(ANALYTICS) ? sum + lag : sum), 0)
/** Every order of the log is decided, and analytics has read all records: none is still to come. */
const allRead = (progress: Progress): boolean => progress.loadDone && progress.decided > 0 && isDrained(progress)

const readMetrics = (when: Step['at']): Step[] => [
  at(when, read(ANALYTICS, '/metrics.json')),
  at(0, read(ANALYTICS, '/progress')),
]

const RESET = 'reset-offsets'

/** Kills analytics_consumer, deletes its state and its file, resets the offsets of its group, and starts it. */
const recompute: Step[] = [
  at(0, kill(ANALYTICS)),
  at(0, wipe(ANALYTICS)),
  at(0, operation<KafkaOperations>(RESET, { group: ANALYTICS })),
  at(0, start(ANALYTICS)),
]

const measures = (history: History) => [
  ...replayMeasures(history),
  ...rereadMeasures(history, { service: ANALYTICS, reset: RESET }),
]

export default defineExperiment({
  model: streamingKafka,
  title: 'Replay',
  question: 'A consumer has lost its state and reads the log again: are its metrics equal?',
  does: 'The metrics are read when analytics_consumer has read the log to its end. Then it is killed, its state and its file are deleted, its offsets are reset, and it computes the metrics again from the log.',
  profiles: {
    full: { orders: 2_500, ordersPerSecond: 500, readsPerSecond: 3_000 },
    quick: { orders: 600, ordersPerSecond: 200, readsPerSecond: 1_000 },
    smoke: { orders: 150, ordersPerSecond: 100, readsPerSecond: 300 },
  },
  variants({ orders, ordersPerSecond, readsPerSecond }) {
    const pin = at(allRead, operation<KafkaOperations>('pin-offsets', { topics: ['orders', 'inventory-events'] }))
    const variant = (name: string, about: string, between: Step[], more = 0): Variant => ({
      name,
      about,
      load: { orders, ordersPerSecond, deadlineMs: 10_000 },
      // Slow enough to be killed in the middle, and faster than records arrive.
      environment: {
        [ANALYTICS]: { ANALYTICS_THROTTLE_PER_SECOND: String(readsPerSecond) },
        // An order that the log acknowledges late is counted too.
        producer_order: { PRODUCE_DEADLINE_MS: '10000' },
      },
      timeline: [pin, ...readMetrics(0), ...between, ...readMetrics(allRead)],
      completeWhen: isDrained,
      quiescenceMs: 60_000,
      // A record of each topic for each order.
      setByFault: setBy(`${thousands(2 * orders)} records ÷ ${thousands(readsPerSecond)}/s`, REREAD.reading),
      checks: [...checksFor(), readsToPins, asSent(more), stepSeen({ action: 'wipe' })],
      measures,
    })
    const equal = (one: Variant): Variant => ({ ...one, checks: [...one.checks, equalBytes, equalReads] })
    const middle = at(progress => lagOf(progress) > 0 && lagOf(progress) < 1.5 * orders, kill(ANALYTICS))
    const again = variant('killed in the middle', 'killed and restarted before the second pass has ended', [
      ...recompute,
      middle,
      at(0, start(ANALYTICS)),
    ])
    const one = variant(
      'one record more',
      'control: one more order is published before the second pass',
      [placeOne, ...recompute],
      1,
    )
    return [
      equal(variant('replayed', 'metrics computed again from the beginning of the log', recompute)),
      {
        ...equal(again),
        checks: [...equal(again).checks, stepSeen({ action: 'kill', target: ANALYTICS, atLeast: 2 })],
      },
      { ...one, checks: [...one.checks, differs] },
    ]
  },
  columns: [
    ...['before', 'after'].flatMap(when =>
      ['orders', 'failure rate', 'minutes', 'records read', 'file'].map(name => `${when}: ${name}`),
    ),
    ...Object.values(REREAD),
  ],
  explain([replayed, killed, more]) {
    const of = findMeasure
    return [
      ...sentence`The first pass read ${count(of(replayed, 'before: records read'))} records and wrote ${count(of(replayed, 'before: file'))} bytes.`,
      ...sentence`The second pass read ${count(of(replayed, 'after: records read'))} and wrote ${count(of(replayed, 'after: file'))}; when it was killed in the middle, it read ${count(of(killed, 'after: records read'))} and wrote ${count(of(killed, 'after: file'))}. Counts and position are stored in one transaction, and events are counted once by their ids. The check "metrics equal" compares the files byte for byte.`,
      ...timesOf(replayed),
      ...sentence`With one more order the second pass counted ${count(of(more, 'after: orders'))} orders in place of ${count(of(more, 'before: orders'))}: the comparison can fail.`,
    ]
  },
})

/** Results of earlier versions have no times. */
function timesOf(replayed: VariantResult | undefined): string[] {
  const [total, session, start, reading] = Object.values(REREAD).map(name => ms(findMeasure(replayed, name)))
  return sentence`The second pass ended ${total} after the kill: ${session} passed until the broker had dropped the killed member from its group, ${start} until the new process was healthy, and ${reading} until it had read the log at the throttled rate.`
}

/** An order that the lab publishes itself: one more record in each topic. */
const extraOrder = ({ planned }: StepContext) => {
  const { userId = 'user', idempotencyKey = '' } = planned[0] ?? {}
  const orderId = deriveOrderId(userId, `${idempotencyKey}-more`)
  return { orderId, userId, kitchenId: 'kitchen-00', items: [{ sku: 'burger', quantity: 1 }] }
}
const placeOne: Step = at(
  0,
  operation(
    'publish-event',
    context => ({ orders: [extraOrder(context)] }),
    context => [{ id: 'one more', orderId: extraOrder(context).orderId, expect: 'decided', class: 'one more' }],
  ),
)

// Messages that can never be handled arrive among good ones: what happens to them, and to the good ones?
import { eventId } from '#common/contracts/events.ts'
import { DEFAULT_KITCHEN } from '#common/contracts/order.ts'
import { defineCheck, evaluateAll } from '#engine/checks/check.ts'
import { checksFor } from '#engine/checks/checks.ts'
import { faultSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, setBy, thousands, type Variant } from '#engine/experiment/define.ts'
import type { History } from '#engine/run/history.ts'
import { at, fault, operation, type Step, type Progress } from '#engine/experiment/steps.ts'
import { orderTimelines } from '#engine/analysis/order-timeline.ts'
import { count, findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import { asyncRabbitmq } from '../../lab/model.ts'
import type { RabbitmqOperations } from '../../lab/operations.ts'
import { DEFAULT_RETRY_DELAYS_MS } from '../../messaging/topology.ts'
import { bodyOf, POISON } from './poison.ts'
import { readRepeats } from './repeats.ts'

const INVENTORY = 'inventory_service'
const ATTEMPTS = DEFAULT_RETRY_DELAYS_MS.length + 1
const HEALS_AFTER = 2

const poisonSteps = (everyMs: number): Step[] =>
  POISON.map((poison, index) => {
    const { id, orderId, class: kind, message } = poison
    return at(
      everyMs * (index + 1),
      operation<RabbitmqOperations>('publish-raw', { ...message, messageId: id }, () => [
        { id, orderId, expect: 'dead-letter', class: kind, body: bodyOf(poison) },
      ]),
    )
  })

/** An order of the user whose orders a fault fails. */
const failingOrder = (atMs: number, userId: string): Step => {
  const order = {
    orderId: `order-of-${userId}`,
    userId,
    kitchenId: DEFAULT_KITCHEN,
    items: [{ sku: 'salad', quantity: 1 }],
  }
  const id = eventId('OrderPlaced', order.orderId)
  return at(
    atMs,
    operation<RabbitmqOperations>('redeliver', { orders: [order] }, () => [
      { id, orderId: order.orderId, expect: 'dead-letter', class: `an order of ${userId}` },
    ]),
  )
}

/** Each of these bodies is dead-lettered once, with its reason, after one attempt. */
const reasonsGiven = defineCheck(
  'reasons given',
  'each poison message is dead-lettered once, after one attempt, with its reason',
  history => {
    const offenders = POISON.flatMap(poison => {
      // As it was sent: what is oversized may be larger today.
      const sent = history.raw.find(({ id }) => id === poison.id)?.body
      const letters = history.evidence.deadLetters.filter(({ body }) => body === sent)
      const [letter] = letters
      if (letters.length !== 1 || !letter) return [`"${poison.class}" was dead-lettered ${letters.length} times`]
      const isRight = letter.reason === poison.reason && letter.attempts === 1
      return isRight
        ? []
        : [`"${poison.class}" was dead-lettered for ${letter.reason} after ${letter.attempts} attempts`]
    })
    return evaluateAll({ examined: POISON.length, what: 'classes of poison', offenders })
  },
)

const deadLetteredFor = (reason: string, attempts?: number) =>
  defineCheck(`dead-lettered: ${reason}`, `exactly one message is dead-lettered, for ${reason}`, ({ evidence }) => {
    const offenders = evidence.deadLetters.filter(
      letter => letter.reason !== reason || (attempts !== undefined && letter.attempts !== attempts),
    )
    const shown = offenders.map(({ id, reason: why, attempts: after }) => `${id} for ${why} after ${after} attempts`)
    const surplus = evidence.deadLetters.length > 1 ? [`there are ${evidence.deadLetters.length} dead letters`] : []
    return evaluateAll({
      examined: evidence.deadLetters.length,
      what: 'dead letters',
      offenders: [...shown, ...surplus],
    })
  })

const untilDeadLetters =
  (letters: number) =>
  ({ deadLetters }: Progress): boolean =>
    deadLetters >= letters

export default defineExperiment({
  model: asyncRabbitmq,
  title: 'Poison messages',
  question: 'Messages that can never be handled arrive among good ones: what happens to them, and to the good ones?',
  does: `${POISON.length} classes of malformed messages are mixed into good traffic. Further variants have an error that heals, one that never heals, and an order that kills its consumer.`,
  profiles: {
    full: { orders: 1_100, ordersPerSecond: 100, poisonEveryMs: 800, warmUpOrders: 100 },
    quick: { orders: 300, ordersPerSecond: 100, poisonEveryMs: 150, warmUpOrders: 50 },
    smoke: { orders: 60, ordersPerSecond: 50, poisonEveryMs: 80, warmUpOrders: 10 },
  },
  variants({ orders, ordersPerSecond, poisonEveryMs, warmUpOrders }) {
    const load = { orders, ordersPerSecond, warmUpOrders, deadlineMs: 5_000 }
    const few = { orders: Math.ceil(orders / 4), ordersPerSecond, deadlineMs: 5_000 }
    const sound = checksFor()
    const base = { quiescenceMs: 60_000, measures: deadLetterMeasures }
    const variants: Variant[] = [
      { ...base, name: 'baseline', about: 'good orders alone', load, checks: sound },
      {
        ...base,
        name: 'poison',
        about: 'good orders with one poison message of each class among them',
        load,
        timeline: poisonSteps(poisonEveryMs),
        completeWhen: untilDeadLetters(POISON.length),
        setByFault: setBy(`${POISON.length} poison messages`, 'dead letters'),
        checks: [...sound, reasonsGiven],
      },
      {
        ...base,
        name: 'an error that heals',
        about: `every order fails ${HEALS_AFTER} times, then succeeds`,
        load: few,
        environment: { [INVENTORY]: { INVENTORY_ERROR: String(HEALS_AFTER) } },
        setByFault: setBy(
          `${DEFAULT_RETRY_DELAYS_MS.slice(0, HEALS_AFTER).map(thousands).join(' + ')} ms of delays before the retries`,
          'completed p50',
          'completed p99',
          'completed max',
        ),
        checks: [...sound, faultSeen({ service: INVENTORY, fault: 'error', atLeast: HEALS_AFTER * few.orders })],
      },
      {
        ...base,
        name: 'an error that never heals',
        about: 'the orders of one user always fail',
        load: few,
        timeline: [at(0, fault(INVENTORY, { error: { userId: 'unlucky' } })), failingOrder(500, 'unlucky')],
        completeWhen: untilDeadLetters(1),
        setByFault: setBy('1 order that always fails', 'dead letters'),
        checks: [...sound, deadLetteredFor('retries-exhausted', ATTEMPTS)],
      },
      {
        ...base,
        name: 'a killer',
        about: 'an order kills the process that handles it, each time',
        load: few,
        environment: { [INVENTORY]: { INVENTORY_KILL_ON_USER: 'killer' } },
        supervised: [INVENTORY],
        // inventory_service is not read before it has stopped crashing.
        timeline: [failingOrder(500, 'killer'), readRepeats(untilDeadLetters(1))],
        setByFault: setBy('1 order that kills', 'dead letters'),
        checks: [...sound, deadLetteredFor('kills-consumer')],
      },
    ]
    return variants
  },
  columns: [
    'requested',
    'availability',
    'decided',
    'dead letters',
    'accepted p50',
    'completed p50',
    'completed p99',
    'completed max',
  ],
  explain([baseline, poison, heals, never, killer]) {
    const of = findMeasure
    return [
      ...sentence`${count(of(poison, 'dead letters'))} poison messages went to the dead-letter queue, each with its reason.`,
      ...sentence`The good orders among them completed with a median of ${ms(of(poison, 'completed p50'))} and a maximum of ${ms(of(poison, 'completed max'))}; without poison it was ${ms(of(baseline, 'completed p50'))} and ${ms(of(baseline, 'completed max'))}.`,
      ...sentence`An error that heals delays its order by the retry delays (median completion ${ms(of(heals, 'completed p50'))} when every order fails ${HEALS_AFTER} times).`,
      ...sentence`An error that never heals left ${count(of(never, 'dead letters'))} dead letter after ${ATTEMPTS} attempts, and an order that kills its consumer left ${count(of(killer, 'dead letters'))}.`,
    ]
  },
})

function deadLetterMeasures(history: History) {
  return [
    { name: 'decided', unit: 'orders', value: orderTimelines(history).filter(({ outcome }) => outcome).length },
    { name: 'dead letters', unit: 'messages', value: history.evidence.deadLetters.length },
  ]
}

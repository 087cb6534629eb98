// Messages that can never be handled come among good ones: what becomes of them, and what of the good ones?
import { eventId } from '#common/contracts/events.ts'
import { DEFAULT_KITCHEN } from '#common/contracts/order.ts'
import { defineCheck, evaluateAll } from '#engine/checks/check.ts'
import { always } from '#engine/checks/checks.ts'
import { deadLetterClosure } from '#engine/checks/dead-letter-closure.ts'
import { expectedOutcomes } from '#engine/checks/expected-outcomes.ts'
import { oversold } from '#engine/checks/stock.ts'
import { faultSeen } from '#engine/checks/preconditions.ts'
import { defineExperiment, type Variant } from '#engine/experiment/define.ts'
import type { History } from '#engine/run/history.ts'
import { at, fault, operation, type Step, type Progress } from '#engine/experiment/steps.ts'
import { orderTimelines } from '#engine/analysis/order-timeline.ts'
import { count, findMeasure, ms } from '#engine/analysis/measures.ts'
import { asyncRabbitmq } from '../../lab/model.ts'
import type { RabbitmqOperations } from '../../lab/operations.ts'
import { DEFAULT_RETRY_DELAYS_MS } from '../../messaging/topology.ts'
import { bodyOf, poisons } from './poison.ts'
import { readRepeats } from './repeats.ts'

const INVENTORY = 'inventory_service'
const ATTEMPTS = DEFAULT_RETRY_DELAYS_MS.length + 1
const HEALS_AFTER = 2
const POISON = poisons('poison')

const poisonSteps = (everyMs: number): Step[] =>
  POISON.map(({ id, orderId, class: kind, message }, index) =>
    at(
      everyMs * (index + 1),
      operation<RabbitmqOperations>('publish-raw', { ...message, messageId: id }, () => [
        { id, orderId, expect: 'dead-letter', class: kind },
      ]),
    ),
  )

/** An order of a user for whom a fault lies in wait. */
const doomed = (atMs: number, userId: string): Step => {
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

/** Every letter of these bodies is there once, with its reason, and was never tried a second time. */
const reasonsGiven = defineCheck(
  'reasons given',
  'each poison is given up once, at once, for its own reason',
  history => {
    const offenders = POISON.flatMap(poison => {
      const letters = history.evidence.deadLetters.filter(({ body }) => body === bodyOf(poison))
      const [letter] = letters
      if (letters.length !== 1 || !letter) return [`"${poison.class}" is there ${letters.length} times`]
      const isRight = letter.reason === poison.reason && letter.attempts === 1
      return isRight ? [] : [`"${poison.class}" is there for ${letter.reason} after ${letter.attempts} attempts`]
    })
    return evaluateAll({ examined: POISON.length, what: 'classes of poison', offenders })
  },
)

const givenUpFor = (reason: string, attempts?: number) =>
  defineCheck(`dead-lettered: ${reason}`, `one message, and no other, is given up for ${reason}`, ({ evidence }) => {
    const offenders = evidence.deadLetters.filter(
      letter => letter.reason !== reason || (attempts !== undefined && letter.attempts !== attempts),
    )
    const shown = offenders.map(({ id, ...letter }) => `${id} for ${letter.reason} after ${letter.attempts} attempts`)
    const surplus = evidence.deadLetters.length > 1 ? [`there are ${evidence.deadLetters.length} letters`] : []
    return evaluateAll({
      examined: evidence.deadLetters.length,
      what: 'dead letters',
      offenders: [...shown, ...surplus],
    })
  })

const dead =
  (letters: number) =>
  ({ deadLetters }: Progress): boolean =>
    deadLetters >= letters

export default defineExperiment({
  model: asyncRabbitmq,
  title: 'Poison messages',
  question: 'Messages that can never be handled come among good ones: what becomes of them, and of the good ones?',
  does: `${POISON.length} classes of broken messages are mixed into good traffic; then errors that heal, that never heal, and an order that kills its consumer.`,
  profiles: {
    full: { orders: 1_100, ordersPerSecond: 100, poisonEveryMs: 800, warmUpOrders: 100 },
    quick: { orders: 300, ordersPerSecond: 100, poisonEveryMs: 150, warmUpOrders: 50 },
  },
  variants({ orders, ordersPerSecond, poisonEveryMs, warmUpOrders }) {
    const load = { orders, ordersPerSecond, warmUpOrders, deadlineMs: 5_000 }
    const few = { orders: Math.ceil(orders / 4), ordersPerSecond, deadlineMs: 5_000 }
    const sound = [...always, oversold, expectedOutcomes()]
    const base = { quiescenceMs: 60_000, measures: deadLetterMeasures }
    const variants: Variant[] = [
      { ...base, name: 'baseline', about: 'good orders alone', load, checks: sound },
      {
        ...base,
        name: 'poison',
        about: 'the same with one message of each class among them',
        load,
        timeline: poisonSteps(poisonEveryMs),
        completeWhen: dead(POISON.length),
        checks: [...sound, deadLetterClosure, reasonsGiven],
      },
      {
        ...base,
        name: 'an error that heals',
        about: `every order fails ${HEALS_AFTER} times`,
        load: few,
        environment: { [INVENTORY]: { INVENTORY_ERROR: String(HEALS_AFTER) } },
        checks: [...sound, faultSeen({ service: INVENTORY, fault: 'error', atLeast: HEALS_AFTER * few.orders })],
      },
      {
        ...base,
        name: 'an error that never heals',
        about: 'the orders of one user fail for ever',
        load: few,
        timeline: [at(0, fault(INVENTORY, { error: { userId: 'unlucky' } })), doomed(500, 'unlucky')],
        completeWhen: dead(1),
        checks: [...sound, deadLetterClosure, givenUpFor('retries-exhausted', ATTEMPTS)],
      },
      {
        ...base,
        name: 'a killer',
        about: 'an order ends the process that handles it, each time',
        load: few,
        environment: { [INVENTORY]: { INVENTORY_KILL_ON_USER: 'killer' } },
        supervised: [INVENTORY],
        // Nothing is asked of inventory_service before it has stopped dying.
        timeline: [doomed(500, 'killer'), readRepeats(dead(1))],
        checks: [...sound, deadLetterClosure, givenUpFor('kills-consumer')],
      },
    ]
    return variants
  },
  columns: ['requested', 'decided', 'dead letters', 'accepted p50', 'completed p50', 'completed p99', 'completed max'],
  explain([baseline, poison, heals, never, killer]) {
    const of = findMeasure
    return [
      `${count(of(poison, 'dead letters'))} poison messages went to the dead-letter queue at once, each with its reason; half of the good orders among them completed within ${ms(of(poison, 'completed p50'))}, the slowest within ${ms(of(poison, 'completed max'))} (without poison: ${ms(of(baseline, 'completed p50'))} and ${ms(of(baseline, 'completed max'))}).`,
      `An error that heals costs its order the ladder's delays (median completion of all requested ${ms(of(heals, 'completed p50'))}) and nobody else; one that never heals ended after ${ATTEMPTS} attempts (${count(of(never, 'dead letters'))} dead letter), and an order that kills its consumer ended there alone (${count(of(killer, 'dead letters'))}).`,
    ]
  },
})

function deadLetterMeasures(history: History) {
  return [
    { name: 'decided', unit: 'orders', value: orderTimelines(history).filter(({ outcome }) => outcome).length },
    { name: 'dead letters', unit: 'messages', value: history.evidence.deadLetters.length },
  ]
}

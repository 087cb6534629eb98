// 2 s in Inventory: what does the client see, with a deadline above it, below it, and below it with the breaker?
// The delay begins when the warm-up is over, so every variant has healthy orders before it.
import { checksFor } from '#engine/checks/checks.ts'
import { answerSeen, faultSeen } from '#engine/checks/preconditions.ts'
import { unknownResolved } from '#engine/checks/orders.ts'
import { defineExperiment, setBy, type Variant } from '#engine/experiment/define.ts'
import { at, fault } from '#engine/experiment/steps.ts'
import { AVAILABLE_MS, count, findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import { MAY_ANSWER, MAY_FAIL } from '../../lab/comparison.ts'
import type { SetByFault } from '#engine/run/summary.ts'
import { syncRest } from '../../lab/model.ts'

const ACCEPTED = ['accepted p50', 'accepted max']
const ANSWERED = ['answered min', 'answered p50', 'answered max']

const seconds = (milliseconds: number): string => `${milliseconds / 1_000} s`

/** What follows from the delay and, where it is shorter, the deadline. @param measures that are as long as the shorter of them */
function setByDelay(delayMs: number, deadlineMs: number, measures: readonly string[]): SetByFault {
  const isCutOff = deadlineMs < delayMs
  return {
    ...setBy(`the ${isCutOff ? 'deadline' : 'delay'} of ${seconds(Math.min(deadlineMs, delayMs))}`, ...measures),
    ...setBy(`right within ${seconds(AVAILABLE_MS)}, with a delay of ${seconds(delayMs)}`, 'availability'),
    ...(isCutOff &&
      setBy(`a deadline of ${seconds(deadlineMs)}, with a delay of ${seconds(delayMs)}`, 'completed ÷ requested')),
  }
}

/** One at a time, with an order in half of the time that one takes. */
const setByTheLine = (delayMs: number): SetByFault => ({
  ...setByDelay(delayMs, Infinity, []),
  ...setBy(
    `2 × ${seconds(delayMs)} − ${seconds(delayMs / 2)}: one waits for the one before it`,
    'accepted max',
    'answered max',
  ),
  ...setBy(
    `1 order in ${seconds(delayMs)}, of 1 in ${seconds(delayMs / 2)}`,
    'answers 503 overloaded',
    'completed ÷ requested',
  ),
})

const delayed = faultSeen({ service: 'inventory_service', fault: 'delay', atLeast: 5 })

export default defineExperiment({
  model: syncRest,
  title: 'Slow inventory',
  question: '2 s in Inventory: what does the client see?',
  does: 'Inventory waits 2 s before each reservation; the order service has a deadline above that, below it, and below it with the breaker.',
  profiles: {
    full: { orders: 200, ordersPerSecond: 20, warmUpOrders: 40, delayMs: 2_000, belowMs: 500, lineOrders: 12 },
    quick: { orders: 60, ordersPerSecond: 20, warmUpOrders: 20, delayMs: 2_000, belowMs: 500, lineOrders: 5 },
    // Three models share the machine; a deadline of 500 ms is too short for the first orders then.
    smoke: { orders: 30, ordersPerSecond: 20, warmUpOrders: 30, delayMs: 2_000, belowMs: 1_000, lineOrders: 4 },
  },
  variants({ orders, ordersPerSecond, warmUpOrders, delayMs, belowMs, lineOrders }) {
    const load = { orders, ordersPerSecond, warmUpOrders, deadlineMs: 10_000 }
    const slow = at((1_000 * warmUpOrders) / ordersPerSecond - 100, fault('inventory_service', { delay: { delayMs } }))
    const withOrders = (name: string, about: string, order_service: Record<string, string>): Variant => ({
      name,
      about,
      load,
      environment: { order_service },
      timeline: [slow],
      quiescenceMs: 30_000,
      checks: [...checksFor({ reasons: MAY_FAIL, answers: { duringFault: MAY_ANSWER } }), delayed, unknownResolved],
    })
    const above = { RESERVE_DEADLINE_MS: String(2 * delayMs), BREAKER: 'on' }
    const below = { RESERVE_DEADLINE_MS: String(belowMs) }
    return [
      {
        name: 'none',
        about: 'no delay',
        load,
        environment: { order_service: above },
        quiescenceMs: 10_000,
        checks: checksFor(),
      },
      {
        ...withOrders('deadline above', `a deadline of ${2 * delayMs} ms`, above),
        setByFault: setByDelay(delayMs, 2 * delayMs, [...ACCEPTED, ...ANSWERED]),
        checks: [...checksFor(), delayed],
      },
      {
        ...withOrders('deadline below', `a deadline of ${belowMs} ms, no breaker`, { ...below, BREAKER: 'off' }),
        setByFault: setByDelay(delayMs, belowMs, ['answered p50', 'answered max']),
      },
      {
        ...withOrders('deadline below, breaker', `a deadline of ${belowMs} ms, and the breaker`, {
          ...below,
          BREAKER: 'on',
        }),
        setByFault: setByDelay(delayMs, belowMs, ['answered max']),
      },
      {
        ...withOrders(
          'one at a time',
          'CONCURRENCY=1, a deadline of 60 s: one order is at inventory, one waits, and the others are refused at once',
          {
            CONCURRENCY: '1',
            RESERVE_DEADLINE_MS: '60000',
          },
        ),
        // Twice as many as it can serve.
        load: { orders: lineOrders, ordersPerSecond: 2_000 / delayMs, warmUpOrders: 1, deadlineMs: 60_000 },
        timeline: [{ ...slow, at: delayMs / 4 }],
        setByFault: setByTheLine(delayMs),
        checks: [
          ...checksFor({ answers: { always: ['overloaded'] } }),
          faultSeen({ service: 'inventory_service', fault: 'delay', atLeast: 2 }),
          answerSeen({ code: 'overloaded' }),
        ],
      },
    ]
  },
  columns: [
    'requested',
    'answers 201',
    'answers 409 out-of-stock',
    'answers 409 unknown-sku',
    'answers 503 inventory-unavailable',
    'answers 503 overloaded',
    'answers 504 deadline-passed',
    ...ACCEPTED,
    ...ANSWERED,
    'availability',
    'completed ÷ requested',
  ],
  explain([none, above, below, breaker, line]) {
    return [
      ...sentence`Without a delay the median answer took ${ms(findMeasure(none, 'accepted p50'))}; with the deadline above the delay orders succeed after ${ms(findMeasure(above, 'accepted p50'))}.`,
      ...sentence`Below it ${count(findMeasure(below, 'answers 504 deadline-passed'))} were answered 504 at the deadline and their stock came back.`,
      ...sentence`The breaker turned all but ${count(findMeasure(breaker, 'answers 504 deadline-passed'))} of these into a 503 that costs ${ms(findMeasure(breaker, 'answered p50'))} and leaves nothing open.`,
      ...sentence`One at a time, the order that waited for the one before it had its answer after at most ${ms(findMeasure(line, 'accepted max'))}, and ${count(findMeasure(line, 'answers 503 overloaded'))} others were refused at once.`,
    ]
  },
})

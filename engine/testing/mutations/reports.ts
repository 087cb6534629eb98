/**
 * Ways to break the story that is told of one order (by the book, by inventory, by dead letters, to the client), with the
 * checks that must see each, and no other.
 */
import type { History } from '../../run/history.ts'
import { type Mutation, confirmed, forget, LATE_NS, moveAgain, rowOf, told } from './mutation.ts'
import { leftNothing, type OrderHistory } from '../../checks/order-history.ts'

const bury = ({ evidence }: History, { orderId }: OrderHistory) =>
  evidence.deadLetters.push({
    id: 'buried',
    source: 'orders',
    reason: 'retries-exhausted',
    detail: '',
    attempts: 5,
    orderId,
    body: '{}',
  })

/** The order failed in every store, and nothing was taken. */
function failEverywhere(history: History, trace: OrderHistory, reason: string): void {
  moveAgain(history, trace, 'undo')
  forget(history, trace, 'notifications')
  for (const row of trace.decisions) row.outcome = { status: 'failed', reason: 'out-of-stock' }
  Object.assign(rowOf(history, trace) ?? {}, { status: 'failed', reason, notification: null })
}

const sayAgain = ({ attempts }: OrderHistory, status: number) => {
  for (const { answer } of attempts) if (answer.kind === 'status') answer.status = status
}

export const isLate = ({ attempts }: OrderHistory) => attempts.length === 1 && attempts[0]?.answer.kind === 'deadline'
export const isGivenBack = ({ decisions }: OrderHistory) =>
  decisions.some(({ released, outcome }) => released && outcome.status === 'reserved')

export const REPORT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a reserved order is failed in the book',
    on: trace => confirmed(trace) && told(202)(trace),
    mutate: (history, trace) =>
      void Object.assign(rowOf(history, trace) ?? {}, { status: 'failed', reason: 'deadline-passed' }),
    caughtBy: ['single-outcome'],
  },
  {
    name: 'a failed order is confirmed',
    on: trace => trace.planned?.expected === 'failed' && told(202)(trace) && trace.decisions.length === 1,
    mutate: ({ evidence }, { orderId }) =>
      void evidence.notifications.push({ seq: 1e6, orderId, userId: 'ada', sentNs: LATE_NS }),
    caughtBy: ['single-outcome'],
  },
  {
    name: 'a decided order is in the dead-letter queue',
    on: trace => confirmed(trace),
    mutate: bury,
    caughtBy: ['undecided', 'dead-letter-closure'],
  },
  {
    name: 'an accepted order dies undecided',
    on: trace => confirmed(trace) && told(202)(trace),
    mutate(history, trace) {
      moveAgain(history, trace, 'undo')
      forget(history, trace, 'decisions', 'notifications')
      Object.assign(rowOf(history, trace) ?? {}, { status: 'pending' })
      bury(history, trace)
    },
    caughtBy: ['lost', 'undecided', 'answers-match'],
  },
  {
    name: 'poison is swallowed',
    on: confirmed,
    mutate: ({ evidence }) => void evidence.deadLetters.pop(),
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'poison is dead-lettered twice',
    on: confirmed,
    mutate: ({ evidence }) => void evidence.deadLetters.push(...evidence.deadLetters.slice(-1)),
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'an unknown attempt is left open',
    on: trace => confirmed(trace) && isLate(trace),
    mutate(history, trace) {
      moveAgain(history, trace, 'undo')
      forget(history, trace, 'decisions', 'notifications')
      Object.assign(rowOf(history, trace) ?? {}, { status: 'pending' })
    },
    caughtBy: ['undecided', 'unknown-resolved', 'all-resolved', 'dead-letter-closure'],
  },
  {
    name: 'an order that vanished may still come',
    on: leftNothing,
    mutate: ({ evidence }) => void (evidence.onTheirWay = 1),
    caughtBy: ['unknown-resolved', 'all-resolved'],
  },
  {
    name: 'an order that was told 201 is failed',
    on: trace => confirmed(trace) && told(201)(trace),
    mutate: (history, trace) => failEverywhere(history, trace, 'deadline-passed'),
    caughtBy: ['answers-match'],
  },
  {
    name: 'a 503 takes effect late',
    on: told(503),
    mutate(history, { orderId, planned }) {
      const { evidence } = history
      if (!planned) throw new Error('the order was not planned')
      evidence.decisions.push({
        seq: 1e6,
        orderId,
        outcome: { status: 'reserved' },
        released: false,
        decidedNs: LATE_NS,
      })
      for (const { sku, quantity } of planned.items) {
        const row = evidence.stock.find(stock => stock.kitchenId === planned.kitchenId && stock.sku === sku)
        if (!row) throw new Error('the kitchen was not opened')
        row.quantity -= quantity
        const { kitchenId } = planned
        evidence.movements.push({ seq: 1e6, kind: 'reserve', orderId, kitchenId, sku, delta: -quantity, atNs: LATE_NS })
      }
    },
    caughtBy: ['single-outcome', 'answers-match'],
  },
  {
    name: 'an order is answered under the id of another',
    on: told(201),
    mutate(_history, { attempts }) {
      for (const { answer } of attempts) if (answer.kind === 'status') answer.orderId = 'another'
    },
    caughtBy: ['answers-match'],
  },
  {
    name: 'an order that was told 202 is not in the book',
    on: told(202),
    mutate: (history, trace) => forget(history, trace, 'orders'),
    caughtBy: ['answers-match'],
  },
  {
    name: 'the release of a failed order never came',
    on: isGivenBack,
    mutate({ evidence }, { orderId, movements, decisions }) {
      for (const row of decisions) row.released = false
      const releases = movements.filter(({ kind }) => kind === 'release')
      evidence.movements = evidence.movements.filter(movement => !releases.includes(movement))
      for (const { kitchenId, sku, delta } of releases)
        for (const row of evidence.stock) if (row.kitchenId === kitchenId && row.sku === sku) row.quantity -= delta
      if (releases.length === 0) throw new Error(`${orderId} was not released`)
    },
    caughtBy: ['single-outcome'],
  },
  {
    name: 'an order with plenty runs out',
    on: trace => confirmed(trace) && told(202)(trace),
    mutate: (history, trace) => failEverywhere(history, trace, 'out-of-stock'),
    caughtBy: ['expected-outcomes'],
  },
  {
    name: 'a scarce kitchen keeps a unit for itself',
    on: trace => trace.planned?.expected === 'scarce' && told(201)(trace),
    mutate(history, trace) {
      failEverywhere(history, trace, 'out-of-stock')
      sayAgain(trace, 409)
    },
    caughtBy: ['expected-outcomes'],
  },
  {
    name: 'an order fails without a reason',
    on: trace => trace.planned?.expected === 'failed' && trace.rows.length === 1 && !isGivenBack(trace),
    mutate({ evidence }, trace) {
      for (const row of trace.rows) row.reason = null
      evidence.decisions = evidence.decisions.filter(({ orderId }) => orderId !== trace.orderId)
      evidence.movements = evidence.movements.filter(({ orderId }) => orderId !== trace.orderId)
    },
    caughtBy: ['expected-outcomes'],
  },
]

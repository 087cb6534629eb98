/**
 * Ways to break what is reported of one order (by the orders table, by inventory, by dead letters, to the client), with the checks
 * that must see each, and no other.
 */
import type { History } from '../../run/history.ts'
import {
  answered,
  answerWith,
  notified,
  notifiedAfter,
  failDecision,
  forget,
  isLate,
  isReleased,
  LATE_NS,
  leavePending,
  moveAgain,
  type Mutation,
  rowOf,
} from './mutation.ts'
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
function failEverywhere(history: History, order: OrderHistory, reason: string): void {
  moveAgain(history, order, 'undo')
  forget(history, order, 'notifications')
  failDecision(order)
  Object.assign(rowOf(history, order) ?? {}, { status: 'failed', reason, notification: null })
}

export const REPORT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a reserved order is failed in the orders table',
    on: notifiedAfter(202),
    mutate: (history, order) =>
      void Object.assign(rowOf(history, order) ?? {}, {
        status: 'failed',
        reason: 'deadline-passed',
        notification: null,
      }),
    caughtBy: ['single-outcome'],
  },
  {
    name: 'a failed order is notified',
    on: order => order.planned?.expected === 'failed' && answered(202)(order) && order.decisions.length === 1,
    mutate: ({ evidence }, { orderId }) =>
      void evidence.notifications.push({ seq: 1e6, orderId, userId: 'ada', sentNs: LATE_NS, keptNs: null }),
    caughtBy: ['single-outcome', 'content'],
  },
  {
    name: 'a decided order is in the dead-letter queue',
    on: notified,
    mutate: bury,
    caughtBy: ['undecided', 'dead-letter-closure'],
  },
  {
    name: 'an accepted order dies undecided',
    on: notifiedAfter(202),
    mutate(history, order) {
      leavePending(history, order)
      bury(history, order)
    },
    caughtBy: ['lost', 'undecided', 'answers-match'],
  },
  {
    name: 'poison is swallowed',
    on: notified,
    mutate: ({ evidence }) => void evidence.deadLetters.pop(),
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'poison is dead-lettered twice',
    on: notified,
    mutate: ({ evidence }) => void evidence.deadLetters.push(...evidence.deadLetters.slice(-1)),
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'an unknown attempt is left open',
    on: order => notified(order) && isLate(order),
    mutate: leavePending,
    caughtBy: ['undecided', 'unknown-resolved', 'all-resolved', 'dead-letter-closure'],
  },
  {
    name: 'an order that was answered 504 stays pending',
    on: order => answered(504)(order) && order.planned?.expected === 'failed',
    mutate: (history, order) => void Object.assign(rowOf(history, order) ?? {}, { status: 'pending', reason: null }),
    caughtBy: ['undecided', 'unknown-resolved', 'all-resolved'],
  },
  {
    name: 'an order that vanished may still come',
    on: leftNothing,
    mutate: ({ evidence }) => void (evidence.onTheirWay = 1),
    caughtBy: ['unknown-resolved', 'all-resolved'],
  },
  {
    name: 'an order that was answered 201 is failed',
    on: notifiedAfter(201),
    mutate: (history, order) => failEverywhere(history, order, 'deadline-passed'),
    caughtBy: ['answers-match', 'content'],
  },
  {
    name: 'a 503 takes effect late',
    on: answered(503),
    mutate(history, { orderId, planned }) {
      const { evidence } = history
      if (!planned) throw new Error('the order was not planned')
      evidence.decisions.push({
        seq: 1e6,
        orderId,
        outcome: { status: 'reserved' },
        released: false,
        fingerprint: planned.fingerprint,
        decidedNs: LATE_NS + 1,
        keptNs: null,
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
    on: answered(201),
    mutate(_history, { attempts }) {
      for (const { answer } of attempts) if (answer.kind === 'status') answer.orderId = 'another'
    },
    caughtBy: ['answers-match'],
  },
  {
    name: 'an order that was answered 202 is not in the orders table',
    on: answered(202),
    mutate: (history, order) => forget(history, order, 'orders'),
    caughtBy: ['answers-match', 'recorded'],
  },
  {
    name: 'the release of a failed order never came',
    on: isReleased,
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
    on: notifiedAfter(202),
    mutate: (history, order) => failEverywhere(history, order, 'out-of-stock'),
    caughtBy: ['expected-outcomes'],
  },
  {
    name: 'a scarce kitchen keeps a unit for itself',
    on: order => order.planned?.expected === 'scarce' && answered(201)(order),
    mutate(history, order) {
      failEverywhere(history, order, 'out-of-stock')
      answerWith(order, 409)
    },
    caughtBy: ['expected-outcomes'],
  },
  {
    name: 'an order fails without a reason',
    on: order => order.planned?.expected === 'failed' && order.rows.length === 1 && !isReleased(order),
    mutate({ evidence }, order) {
      for (const row of order.rows) row.reason = null
      evidence.decisions = evidence.decisions.filter(({ orderId }) => orderId !== order.orderId)
      evidence.movements = evidence.movements.filter(({ orderId }) => orderId !== order.orderId)
    },
    caughtBy: ['expected-outcomes', 'content'],
  },
]

/**
 * Ways to break the story that is told of one order (by the book, by inventory, by dead letters, to the client), with the
 * checks that must see each, and no other.
 */
import type { History } from '../../run/history.ts'
import { type Break, confirmed, forget, LATE_NS, moveAgain, rowOf, told } from './mutation.ts'
import { leftNothing, type Trace } from '../../checks/order-history.ts'

const bury = ({ evidence }: History, { orderId }: Trace) =>
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
function failEverywhere(history: History, trace: Trace, reason: string): void {
  moveAgain(history, trace, 'undo')
  forget(history, trace, 'notifications')
  for (const row of trace.decisions) row.outcome = { status: 'failed', reason: 'out-of-stock' }
  Object.assign(rowOf(history, trace) ?? {}, { status: 'failed', reason, notification: null })
}

const sayAgain = ({ attempts }: Trace, status: number) => {
  for (const { answer } of attempts) if (answer.kind === 'status') answer.status = status
}

export const isLate = ({ attempts }: Trace) => attempts.length === 1 && attempts[0]?.answer.kind === 'deadline'
export const isGivenBack = ({ decisions }: Trace) =>
  decisions.some(({ released, outcome }) => released && outcome.status === 'reserved')

export const STORY_BREAKS: readonly Break[] = [
  {
    name: 'a reserved order is failed in the book',
    on: trace => confirmed(trace) && told(202)(trace),
    spoil: (history, trace) =>
      void Object.assign(rowOf(history, trace) ?? {}, { status: 'failed', reason: 'deadline-passed' }),
    caughtBy: ['one-outcome'],
  },
  {
    name: 'a failed order is confirmed',
    on: trace => trace.planned?.expected === 'failed' && told(202)(trace) && trace.decisions.length === 1,
    spoil: ({ evidence }, { orderId }) =>
      void evidence.notifications.push({ seq: 1e6, orderId, userId: 'ada', sentNs: LATE_NS }),
    caughtBy: ['one-outcome'],
  },
  {
    name: 'a decided order is in the dead-letter queue',
    on: trace => confirmed(trace),
    spoil: bury,
    caughtBy: ['stuck', 'dead-letter-closure'],
  },
  {
    name: 'an accepted order dies undecided',
    on: trace => confirmed(trace) && told(202)(trace),
    spoil(history, trace) {
      moveAgain(history, trace, 'undo')
      forget(history, trace, 'decisions', 'notifications')
      Object.assign(rowOf(history, trace) ?? {}, { status: 'pending' })
      bury(history, trace)
    },
    caughtBy: ['lost', 'stuck', 'answers-true'],
  },
  {
    name: 'poison is swallowed',
    on: confirmed,
    spoil: ({ evidence }) => void evidence.deadLetters.pop(),
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'poison is dead-lettered twice',
    on: confirmed,
    spoil: ({ evidence }) => void evidence.deadLetters.push(...evidence.deadLetters.slice(-1)),
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'an unknown attempt is left open',
    on: trace => confirmed(trace) && isLate(trace),
    spoil(history, trace) {
      moveAgain(history, trace, 'undo')
      forget(history, trace, 'decisions', 'notifications')
      Object.assign(rowOf(history, trace) ?? {}, { status: 'pending' })
    },
    caughtBy: ['stuck', 'unknown-resolved', 'unknown', 'dead-letter-closure'],
  },
  {
    name: 'an order that vanished may still come',
    on: leftNothing,
    spoil: ({ evidence }) => void (evidence.onTheirWay = 1),
    caughtBy: ['unknown-resolved', 'unknown'],
  },
  {
    name: 'an order that was told 201 is failed',
    on: trace => confirmed(trace) && told(201)(trace),
    spoil: (history, trace) => failEverywhere(history, trace, 'deadline-passed'),
    caughtBy: ['answers-true'],
  },
  {
    name: 'a 503 takes effect late',
    on: told(503),
    spoil(history, { orderId, planned }) {
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
    caughtBy: ['one-outcome', 'answers-true'],
  },
  {
    name: 'an order is answered under the id of another',
    on: told(201),
    spoil(_history, { attempts }) {
      for (const { answer } of attempts) if (answer.kind === 'status') answer.orderId = 'another'
    },
    caughtBy: ['answers-true'],
  },
  {
    name: 'an order that was told 202 is not in the book',
    on: told(202),
    spoil: (history, trace) => forget(history, trace, 'orders'),
    caughtBy: ['answers-true'],
  },
  {
    name: 'the release of a failed order never came',
    on: isGivenBack,
    spoil({ evidence }, { orderId, movements, decisions }) {
      for (const row of decisions) row.released = false
      const releases = movements.filter(({ kind }) => kind === 'release')
      evidence.movements = evidence.movements.filter(movement => !releases.includes(movement))
      for (const { kitchenId, sku, delta } of releases)
        for (const row of evidence.stock) if (row.kitchenId === kitchenId && row.sku === sku) row.quantity -= delta
      if (releases.length === 0) throw new Error(`${orderId} was not released`)
    },
    caughtBy: ['one-outcome'],
  },
  {
    name: 'an order with plenty runs out',
    on: trace => confirmed(trace) && told(202)(trace),
    spoil: (history, trace) => failEverywhere(history, trace, 'out-of-stock'),
    caughtBy: ['expected-outcomes'],
  },
  {
    name: 'a scarce kitchen keeps a unit for itself',
    on: trace => trace.planned?.expected === 'scarce' && told(201)(trace),
    spoil(history, trace) {
      failEverywhere(history, trace, 'out-of-stock')
      sayAgain(trace, 409)
    },
    caughtBy: ['expected-outcomes'],
  },
  {
    name: 'an order fails without a reason',
    on: trace => trace.planned?.expected === 'failed' && trace.rows.length === 1 && !isGivenBack(trace),
    spoil({ evidence }, trace) {
      for (const row of trace.rows) row.reason = null
      evidence.decisions = evidence.decisions.filter(({ orderId }) => orderId !== trace.orderId)
      evidence.movements = evidence.movements.filter(({ orderId }) => orderId !== trace.orderId)
    },
    caughtBy: ['expected-outcomes'],
  },
]

/**
 * Ways to break what clients were given: requests that fail where nothing is broken, answers that no fault explains, and a load
 * that was not sent as planned.
 */
import type { ErrorCode } from '#common/contracts/errors.ts'
import { ERRORS } from '#common/contracts/errors.ts'
import { leftNothing, type OrderHistory } from '../../checks/order-history.ts'
import type { History } from '../../run/history.ts'
import {
  answered,
  forget,
  isReleased,
  isLate,
  LATE_NS,
  LATE_ROW,
  type Mutation,
  notified,
  notifiedAfter,
  rowOf,
  soldOut,
  stockOf,
} from './mutation.ts'

const failAs = (order: OrderHistory, code: ErrorCode): void => {
  const failure = { status: ERRORS[code].status, code, orderId: undefined, says: undefined }
  for (const { answer } of order.attempts) Object.assign(answer, failure)
}

const endAs = ({ attempts }: OrderHistory, kind: 'aborted' | 'refused' | 'reset'): void => {
  for (const attempt of attempts) {
    attempt.answer = { kind, atNs: attempt.startedNs + 1, detail: '' }
    delete attempt.answeredNs
  }
}

const answeredAs = (name: string, code: ErrorCode, on: Mutation['on'], ...more: string[]): Mutation => ({
  name,
  on,
  mutate: (_history, order) => failAs(order, code),
  caughtBy: ['served', ...more],
})

/** Where the fault ends before an order or begins after it, every failure of the sample is one that nothing explains. */
const moveFault = (history: History, byNs: number): void => {
  for (const step of history.executedSteps) Object.assign(step, { atNs: step.atNs + byNs, doneNs: step.doneNs + byNs })
}

const bothTimes = ({ attempts }: OrderHistory) => attempts.length === 2
const failedAfter202 = (order: OrderHistory) => order.planned?.expected === 'failed' && answered(202)(order)

const ANSWER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'requests fail before anything is broken',
    on: notified,
    mutate: history => moveFault(history, LATE_NS),
    caughtBy: ['served'],
  },
  {
    name: 'requests fail long after all is healed',
    on: notified,
    mutate(history) {
      history.executedSteps.push({ atNs: 0, doneNs: 1, action: 'start', target: 'inventory_service' })
      moveFault(history, -LATE_NS)
    },
    caughtBy: ['served'],
  },
  answeredAs('a reserved order is answered 500', 'handler-failed', notifiedAfter(201)),
  answeredAs('an accepted order is answered 500', 'handler-failed', notifiedAfter(202)),
  answeredAs('an order is answered that there is no such route', 'not-found', notifiedAfter(202)),
  answeredAs('a first request is told that its order is undecided', 'order-undecided', notifiedAfter(202)),
  answeredAs('a client is told that its order was set aside', 'dead-lettered', notifiedAfter(202)),
  answeredAs('a client is told that its id has other content', 'order-conflict', notifiedAfter(202)),
  answeredAs('a good request is refused as malformed', 'malformed', notifiedAfter(202), 'answers-match'),
  answeredAs('a good request is refused as too large', 'too-large', notifiedAfter(202), 'answers-match'),
  answeredAs('a fresh key is refused as used before', 'key-reused', notifiedAfter(202), 'answers-match'),
  answeredAs('a reserved order is told that it was released', 'released', notifiedAfter(202), 'answers-match'),
  answeredAs('a reserved order is told that too many wait', 'overloaded', notifiedAfter(202), 'answers-match'),
  answeredAs('a sold-out kitchen is told not to know its sku', 'unknown-sku', soldOut, 'content'),
  {
    name: 'an answer has a status that no service gives',
    on: notifiedAfter(202),
    mutate: (_history, { attempts }) => attempts.forEach(({ answer }) => Object.assign(answer, { status: 302 })),
    caughtBy: ['served'],
  },
  {
    name: 'a success has a status that no service gives',
    on: notifiedAfter(202),
    mutate: (_history, { attempts }) => attempts.forEach(({ answer }) => Object.assign(answer, { status: 204 })),
    caughtBy: ['served'],
  },
  {
    name: 'an order that failed is answered 201',
    on: failedAfter202,
    mutate: (_history, { attempts }) =>
      attempts.forEach(({ answer }) => Object.assign(answer, { status: 201, says: 'reserved' })),
    caughtBy: ['served', 'answers-match', 'content'],
  },
  {
    name: 'a request is stopped by the lab itself',
    on: notifiedAfter(202),
    mutate: (_history, order) => endAs(order, 'aborted'),
    caughtBy: ['served'],
  },
  {
    name: 'a request that never left its client takes effect',
    on: notifiedAfter(202),
    mutate: (_history, order) => endAs(order, 'refused'),
    caughtBy: ['answers-match'],
  },
]

const brokenIs = (history: History, step: { action?: string; target?: string }): void => {
  for (const each of history.executedSteps) Object.assign(each, step)
}

/** The code and the status of an excuse, what is broken, and when it comes. */
const EXCUSE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'requests fail while only another service is dead',
    on: notified,
    mutate: history => brokenIs(history, { target: 'notification_service' }),
    caughtBy: ['served'],
  },
  {
    name: 'requests fail while only the broker is dead',
    on: notified,
    mutate: history => brokenIs(history, { target: 'rabbitmq' }),
    caughtBy: ['served'],
  },
  {
    name: 'requests fail as of a dead service, and it only hangs',
    on: notified,
    mutate: history => brokenIs(history, { action: 'pause' }),
    caughtBy: ['served'],
  },
  answeredAs('a request is told of another service than the dead one', 'unavailable', answered(503)),
  {
    name: 'a client cannot ask for its order while only another service is dead',
    on: notifiedAfter(201),
    mutate(history, { orderId }) {
      for (const poll of history.polls)
        if (poll.orderId === orderId) Object.assign(poll, { status: 503, says: undefined })
    },
    caughtBy: ['shown'],
  },
  {
    name: 'a redirect has the code of an excuse',
    on: notifiedAfter(202),
    mutate: (_history, { attempts }) =>
      attempts.forEach(({ answer }) => Object.assign(answer, { status: 302, code: 'deadline-passed' })),
    caughtBy: ['served'],
  },
  {
    name: 'an error has the code of another status',
    on: notifiedAfter(202),
    mutate: (_history, { attempts }) =>
      attempts.forEach(({ answer }) => Object.assign(answer, { status: 504, code: 'inventory-unavailable' })),
    caughtBy: ['served'],
  },
  {
    name: 'an answer comes an hour after its deadline',
    on: notifiedAfter(202),
    mutate: (_history, { attempts }) => attempts.forEach(attempt => (attempt.answeredNs = attempt.startedNs + 3.6e12)),
    caughtBy: ['served'],
  },
  {
    name: 'a refusal names another order',
    on: answered(503),
    mutate: (_history, { attempts }) => attempts.forEach(({ answer }) => Object.assign(answer, { orderId: 'another' })),
    caughtBy: ['answers-match'],
  },
]

const PLAN_MUTATIONS: readonly Mutation[] = [
  {
    name: 'an order of the plan is never sent',
    on: order => leftNothing(order) && order.attempts.length === 1,
    mutate: (history, { orderId }) => dropAttempts(history, orderId, 1),
    caughtBy: ['carried-out'],
  },
  {
    name: 'the second of two requests is never sent',
    on: order => bothTimes(order) && order.raw.length === 0,
    mutate(history, { attempts }) {
      history.attempts = history.attempts.filter(attempt => attempt !== attempts[1])
    },
    caughtBy: ['carried-out'],
  },
  {
    name: 'a request is sent that was not planned',
    on: answered(503),
    mutate: (history, { attempts }) =>
      void history.attempts.push(
        ...attempts.map(row => ({ ...row, attempt: 2, startedNs: LATE_NS, answeredNs: LATE_NS + 1 })),
      ),
    caughtBy: ['carried-out'],
  },
  {
    name: 'the plan had one request more',
    on: notified,
    mutate: history => void (history.plannedStarts = history.plannedStarts + 1),
    caughtBy: ['carried-out'],
  },
  {
    name: 'an order is sent in the place of another',
    on: answered(503),
    mutate: (history, { attempts }) =>
      attempts.forEach(attempt => (attempt.index = (attempt.index + 1) % history.planned.length)),
    caughtBy: ['carried-out'],
  },
  {
    name: 'an order that is in no plan is sent',
    on: notifiedAfter(202),
    mutate: (_history, { attempts }) => attempts.forEach(attempt => (attempt.index = 1e6)),
    caughtBy: ['carried-out', 'served'],
  },
  {
    name: 'an order takes effect that was planned and never sent',
    on: order => notifiedAfter(202)(order) && order.raw.length === 0,
    mutate: (history, { orderId }) => dropAttempts(history, orderId, 1),
    caughtBy: ['carried-out', 'unexpected'],
  },
]

function dropAttempts(history: History, orderId: string, count: number): void {
  history.attempts = history.attempts.filter(attempt => attempt.orderId !== orderId)
  history.plannedStarts = history.plannedStarts - count
}

function recordAgain(history: History, order: OrderHistory): void {
  const row = rowOf(history, order)
  if (row) history.evidence.orders.push({ ...row, seq: 1e6, ...LATE_ROW })
}

/** Of the orders table: what a client finds there of its order. */
const TABLE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a failed order is notified in the orders table',
    on: soldOut,
    mutate: (history, order) => void Object.assign(rowOf(history, order) ?? {}, { notification: 'sent' }),
    caughtBy: ['recorded'],
  },
  {
    name: 'an order has an outcome in the orders table and never got it',
    on: soldOut,
    mutate: (history, order) => void Object.assign(rowOf(history, order) ?? {}, { decidedNs: null }),
    caughtBy: ['recorded'],
  },
  {
    name: 'a released order took a hundred times what it was for, and gave it back',
    on: isReleased,
    mutate(_history, { movements }) {
      for (const row of movements) row.delta *= 100
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'an order fails for its sku, and inventory never heard of it',
    on: failedAfter202,
    mutate: (history, order) => forget(history, order, 'decisions'),
    caughtBy: ['content'],
  },
  {
    name: 'a client timed out, and its reserved order is in no orders table',
    on: order => notified(order) && isLate(order),
    mutate: (history, order) => forget(history, order, 'orders'),
    caughtBy: ['recorded'],
  },
  {
    name: 'a sold-out order is in no orders table',
    on: soldOut,
    mutate: (history, order) => forget(history, order, 'orders'),
    caughtBy: ['recorded'],
  },
  {
    name: 'an order is in the orders table twice',
    on: notified,
    mutate: recordAgain,
    caughtBy: ['recorded'],
  },
  {
    name: 'a released order is in the orders table twice',
    on: isReleased,
    mutate: recordAgain,
    caughtBy: ['recorded'],
  },
  {
    name: 'the orders table waits for a notification that was sent',
    on: notified,
    mutate: (history, order) => void Object.assign(rowOf(history, order) ?? {}, { notification: 'pending' }),
    caughtBy: ['recorded'],
  },
  {
    name: 'the orders table has a failed order that nobody requested',
    on: soldOut,
    mutate(history, order) {
      const row = rowOf(history, order)
      if (row)
        history.evidence.orders.push({
          ...row,
          seq: 1e6,
          orderId: 'unexpected',
          ...LATE_ROW,
        })
    },
    caughtBy: ['unexpected'],
  },
  {
    name: 'inventory refuses an order that nobody requested',
    on: soldOut,
    mutate: ({ evidence }, { decisions }) =>
      void evidence.decisions.push(
        ...decisions.map(row => ({ ...row, seq: 1e6, orderId: 'unexpected', decidedNs: LATE_NS, keptNs: null })),
      ),
    caughtBy: ['unexpected'],
  },
  {
    name: 'stock is taken for no order',
    on: notified,
    mutate(history, order) {
      const row = stockOf(history, order)
      if (!row) throw new Error('the order moved nothing')
      row.quantity -= 1
      const { kitchenId, sku } = row
      const { movements } = history.evidence
      movements.push({ seq: 1e6, kind: 'reserve', orderId: null, kitchenId, sku, delta: -1, atNs: LATE_NS })
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'the stock of a sku is kept twice',
    on: notified,
    mutate(history, order) {
      const row = stockOf(history, order)
      if (row) history.evidence.stock.push({ ...row, seq: 1e6 })
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'the stock of a sku is said to be below nothing, and then what it is',
    on: notified,
    mutate(history, order) {
      const row = stockOf(history, order)
      if (row) history.evidence.stock.unshift({ ...row, seq: 1e6, quantity: -1 })
    },
    caughtBy: ['oversold', 'conservation'],
  },
  {
    name: 'there is stock that never came in',
    on: notified,
    mutate: ({ evidence }) =>
      void evidence.stock.push({ seq: 1e6, kitchenId: 'kitchen-00', sku: 'caviar', quantity: 7 }),
    caughtBy: ['conservation'],
  },
]

export const SERVICE_MUTATIONS = [...ANSWER_MUTATIONS, ...EXCUSE_MUTATIONS, ...PLAN_MUTATIONS, ...TABLE_MUTATIONS]

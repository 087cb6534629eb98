/**
 * Ways to break the effects of one order in a whole history, with the checks that must see each, and no other.
 */
import { SCARCE_KITCHEN } from '../../load/mix.ts'
import {
  addMovement,
  type Mutation,
  notified,
  forget,
  justBefore,
  LATE_NS,
  moveAgain,
  rowOf,
  answered,
} from './mutation.ts'
import { REPORT_MUTATIONS } from './reports.ts'
import { ROW_MUTATIONS } from './rows.ts'
import { TIMESTAMP_MUTATIONS } from './timestamps.ts'

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'an accepted order vanishes',
    on: order => notified(order) && answered(202)(order),
    mutate(history, order) {
      moveAgain(history, order, 'undo')
      forget(history, order, 'orders', 'decisions', 'notifications')
    },
    caughtBy: ['lost', 'answers-match'],
  },
  {
    name: 'an order stays pending',
    on: order => notified(order) && answered(202)(order),
    mutate(history, order) {
      moveAgain(history, order, 'undo')
      forget(history, order, 'decisions', 'notifications')
      const row = rowOf(history, order)
      if (row) row.status = 'pending'
    },
    caughtBy: ['lost', 'undecided', 'answers-match', 'dead-letter-closure'],
  },
  {
    name: 'the end is not quiet',
    on: notified,
    mutate: history => void (history.quiescent = false),
    caughtBy: ['undecided'],
  },
  {
    name: 'a reserved order is never notified',
    on: order => notified(order) && answered(202)(order),
    mutate: (history, order) => forget(history, order, 'notifications'),
    caughtBy: ['undecided'],
  },
  {
    name: 'an order is reserved twice',
    on: notified,
    mutate: (history, order) => moveAgain(history, order, 'reserve'),
    caughtBy: ['duplicated', 'conservation'],
  },
  {
    name: 'an order is notified twice',
    on: notified,
    mutate(history, order) {
      const { notifications } = history.evidence
      notifications.push(...order.notifications.map(row => ({ ...row, seq: notifications.length + 1 })))
    },
    caughtBy: ['duplicated'],
  },
  {
    name: 'a sold-out kitchen reserves one more',
    on: order => order.planned?.kitchenId === SCARCE_KITCHEN && answered(409)(order),
    mutate(history, order) {
      const { evidence } = history
      const { orderId, planned } = order
      const like = evidence.movements.find(row => row.kind === 'reserve' && row.kitchenId === SCARCE_KITCHEN)
      if (!like || !planned) throw new Error('the sample history has no scarce order')
      moveAgain(history, { ...order, movements: [{ ...like, orderId, atNs: justBefore(order) }] }, 'reserve')
      for (const row of evidence.decisions) if (row.orderId === orderId) row.outcome = { status: 'reserved' }
      const row = rowOf(history, order)
      if (row) Object.assign(row, { status: 'reserved', reason: null, notification: 'sent' })
      evidence.notifications.push({ seq: 1e6, orderId, userId: planned.userId, sentNs: LATE_NS })
      for (const { answer } of order.attempts) if (answer.kind === 'status') answer.status = 201
    },
    caughtBy: ['oversold', 'expected-outcomes'],
  },
  {
    name: 'stock leaks',
    on: notified,
    mutate(history, { movements }) {
      const { kitchenId, sku } = movements[0] ?? {}
      for (const row of history.evidence.stock) if (row.kitchenId === kitchenId && row.sku === sku) row.quantity -= 1
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'half of a failed order is kept',
    on: order => order.planned?.expected === 'failed' && answered(202)(order),
    mutate(history, order) {
      const { orderId, planned } = order
      const row = history.evidence.stock.find(({ kitchenId }) => kitchenId === planned?.kitchenId)
      if (!row) throw new Error('the kitchen was not opened')
      row.quantity -= 1
      const { kitchenId, sku } = row
      const atNs = justBefore(order)
      addMovement(history.evidence, { seq: 0, kind: 'reserve', orderId, kitchenId, sku, delta: -1, atNs })
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'an order that nobody requested is notified',
    on: notified,
    mutate(history, order) {
      const { decisions, notifications } = history.evidence
      decisions.push(...order.decisions.map(row => ({ ...row, orderId: 'unexpected' })))
      notifications.push(...order.notifications.map(row => ({ ...row, orderId: 'unexpected' })))
      const movements = order.movements.map(row => ({ ...row, orderId: 'unexpected' }))
      moveAgain(history, { ...order, movements }, 'reserve')
    },
    caughtBy: ['unexpected'],
  },
  ...REPORT_MUTATIONS,
  ...ROW_MUTATIONS,
  ...TIMESTAMP_MUTATIONS,
]

/**
 * Ways to break the effects of one order in a whole history, with the checks that must see each, and no other.
 */
import { SCARCE_KITCHEN } from '../../load/mix.ts'
import {
  addMovement,
  type Mutation,
  confirmed,
  forget,
  justBefore,
  LATE_NS,
  moveAgain,
  rowOf,
  told,
} from './mutation.ts'
import { REPORT_MUTATIONS } from './reports.ts'
import { ROW_MUTATIONS } from './rows.ts'
import { TIMESTAMP_MUTATIONS } from './timestamps.ts'

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'an accepted order vanishes',
    on: trace => confirmed(trace) && told(202)(trace),
    mutate(history, trace) {
      moveAgain(history, trace, 'undo')
      forget(history, trace, 'orders', 'decisions', 'notifications')
    },
    caughtBy: ['lost', 'answers-match'],
  },
  {
    name: 'an order stays pending',
    on: trace => confirmed(trace) && told(202)(trace),
    mutate(history, trace) {
      moveAgain(history, trace, 'undo')
      forget(history, trace, 'decisions', 'notifications')
      const row = rowOf(history, trace)
      if (row) row.status = 'pending'
    },
    caughtBy: ['lost', 'undecided', 'answers-match', 'dead-letter-closure'],
  },
  {
    name: 'the end is not quiet',
    on: confirmed,
    mutate: history => void (history.quiescent = false),
    caughtBy: ['undecided'],
  },
  {
    name: 'a reserved order is never confirmed',
    on: trace => confirmed(trace) && told(202)(trace),
    mutate: (history, trace) => forget(history, trace, 'notifications'),
    caughtBy: ['undecided'],
  },
  {
    name: 'an order is reserved twice',
    on: confirmed,
    mutate: (history, trace) => moveAgain(history, trace, 'reserve'),
    caughtBy: ['duplicated', 'conservation'],
  },
  {
    name: 'an order is confirmed twice',
    on: confirmed,
    mutate(history, trace) {
      const { notifications } = history.evidence
      notifications.push(...trace.notifications.map(row => ({ ...row, seq: notifications.length + 1 })))
    },
    caughtBy: ['duplicated'],
  },
  {
    name: 'a sold-out kitchen reserves one more',
    on: trace => trace.planned?.kitchenId === SCARCE_KITCHEN && told(409)(trace),
    mutate(history, trace) {
      const { evidence } = history
      const { orderId, planned } = trace
      const like = evidence.movements.find(row => row.kind === 'reserve' && row.kitchenId === SCARCE_KITCHEN)
      if (!like || !planned) throw new Error('the made history has no scarce order')
      moveAgain(history, { ...trace, movements: [{ ...like, orderId, atNs: justBefore(trace) }] }, 'reserve')
      for (const row of evidence.decisions) if (row.orderId === orderId) row.outcome = { status: 'reserved' }
      const row = rowOf(history, trace)
      if (row) Object.assign(row, { status: 'reserved', reason: null, notification: 'sent' })
      evidence.notifications.push({ seq: 1e6, orderId, userId: planned.userId, sentNs: LATE_NS })
      for (const { answer } of trace.attempts) if (answer.kind === 'status') answer.status = 201
    },
    caughtBy: ['oversold', 'expected-outcomes'],
  },
  {
    name: 'stock leaks',
    on: confirmed,
    mutate(history, { movements }) {
      const { kitchenId, sku } = movements[0] ?? {}
      for (const row of history.evidence.stock) if (row.kitchenId === kitchenId && row.sku === sku) row.quantity -= 1
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'half of a failed order is kept',
    on: trace => trace.planned?.expected === 'failed' && told(202)(trace),
    mutate(history, trace) {
      const { orderId, planned } = trace
      const row = history.evidence.stock.find(({ kitchenId }) => kitchenId === planned?.kitchenId)
      if (!row) throw new Error('the kitchen was not opened')
      row.quantity -= 1
      const { kitchenId, sku } = row
      const atNs = justBefore(trace)
      addMovement(history.evidence, { seq: 0, kind: 'reserve', orderId, kitchenId, sku, delta: -1, atNs })
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'a ghost is confirmed',
    on: confirmed,
    mutate(history, trace) {
      const { decisions, notifications } = history.evidence
      decisions.push(...trace.decisions.map(row => ({ ...row, orderId: 'ghost' })))
      notifications.push(...trace.notifications.map(row => ({ ...row, orderId: 'ghost' })))
      const movements = trace.movements.map(row => ({ ...row, orderId: 'ghost' }))
      moveAgain(history, { ...trace, movements }, 'reserve')
    },
    caughtBy: ['unexpected'],
  },
  ...REPORT_MUTATIONS,
  ...ROW_MUTATIONS,
  ...TIMESTAMP_MUTATIONS,
]

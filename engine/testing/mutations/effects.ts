/**
 * Ways to break the effects of one order in a whole history, with the checks that must see each, and no other.
 */
import { SCARCE_KITCHEN } from '../../load/stock.ts'
import { addMovement, type Break, confirmed, forget, justBefore, LATE_NS, moveAgain, rowOf, told } from './mutation.ts'
import { STORY_BREAKS } from './reports.ts'
import { SUBTLE_BREAKS } from './rows.ts'
import { TIME_BREAKS } from './timestamps.ts'

export const BREAKS: readonly Break[] = [
  {
    name: 'an accepted order vanishes',
    on: trace => confirmed(trace) && told(202)(trace),
    spoil(history, trace) {
      moveAgain(history, trace, 'undo')
      forget(history, trace, 'orders', 'decisions', 'notifications')
    },
    caughtBy: ['lost', 'answers-true'],
  },
  {
    name: 'an order stays pending',
    on: trace => confirmed(trace) && told(202)(trace),
    spoil(history, trace) {
      moveAgain(history, trace, 'undo')
      forget(history, trace, 'decisions', 'notifications')
      const row = rowOf(history, trace)
      if (row) row.status = 'pending'
    },
    caughtBy: ['lost', 'stuck', 'answers-true', 'dead-letter-closure'],
  },
  {
    name: 'the end is not quiet',
    on: confirmed,
    spoil: history => void (history.quiet = false),
    caughtBy: ['stuck'],
  },
  {
    name: 'a reserved order is never confirmed',
    on: trace => confirmed(trace) && told(202)(trace),
    spoil: (history, trace) => forget(history, trace, 'notifications'),
    caughtBy: ['stuck'],
  },
  {
    name: 'an order is reserved twice',
    on: confirmed,
    spoil: (history, trace) => moveAgain(history, trace, 'reserve'),
    caughtBy: ['doubled', 'conservation'],
  },
  {
    name: 'an order is confirmed twice',
    on: confirmed,
    spoil(history, trace) {
      const { notifications } = history.evidence
      notifications.push(...trace.notifications.map(row => ({ ...row, seq: notifications.length + 1 })))
    },
    caughtBy: ['doubled'],
  },
  {
    name: 'a sold-out kitchen reserves one more',
    on: trace => trace.planned?.kitchenId === SCARCE_KITCHEN && told(409)(trace),
    spoil(history, trace) {
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
    spoil(history, { movements }) {
      const { kitchenId, sku } = movements[0] ?? {}
      for (const row of history.evidence.stock) if (row.kitchenId === kitchenId && row.sku === sku) row.quantity -= 1
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'half of a failed order is kept',
    on: trace => trace.planned?.expected === 'failed' && told(202)(trace),
    spoil(history, trace) {
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
    spoil(history, trace) {
      const { decisions, notifications } = history.evidence
      decisions.push(...trace.decisions.map(row => ({ ...row, orderId: 'ghost' })))
      notifications.push(...trace.notifications.map(row => ({ ...row, orderId: 'ghost' })))
      const movements = trace.movements.map(row => ({ ...row, orderId: 'ghost' }))
      moveAgain(history, { ...trace, movements }, 'reserve')
    },
    caughtBy: ['ghost'],
  },
  ...STORY_BREAKS,
  ...SUBTLE_BREAKS,
  ...TIME_BREAKS,
]

/**
 * All ways to break a valid history, with the checks that must see each, and no other. Here: the effects of one order.
 */
import { SCARCE_KITCHEN } from '../../load/mix.ts'
import type { OrderHistory } from '../../checks/order-history.ts'
import type { History } from '../../run/history.ts'
import {
  addMovement,
  answered,
  answerWith,
  notified,
  notifiedAfter,
  failDecision,
  forget,
  justBefore,
  LATE_NS,
  leavePending,
  moveAgain,
  type Mutation,
  rowOf,
  scarceReserve,
  soldOut,
  stockOf,
} from './mutation.ts'
import { SAYING_MUTATIONS } from './content.ts'
import { REPEAT_MUTATIONS } from './repeats.ts'
import { REPORT_MUTATIONS } from './reports.ts'
import { SERVICE_MUTATIONS } from './service.ts'
import { TIMESTAMP_MUTATIONS } from './timestamps.ts'

/** Of a whole order: its effects in every store. */
const ORDER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'an accepted order vanishes',
    on: notifiedAfter(202),
    mutate(history, order) {
      moveAgain(history, order, 'undo')
      forget(history, order, 'orders', 'decisions', 'notifications')
    },
    caughtBy: ['lost', 'answers-match'],
  },
  {
    name: 'an order stays pending',
    on: notifiedAfter(202),
    mutate: leavePending,
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
    on: notifiedAfter(202),
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
    on: soldOut,
    mutate(history, order) {
      const { evidence } = history
      const { orderId, planned } = order
      if (!planned) throw new Error('the order was not planned')
      const movement = { ...scarceReserve(history), orderId, atNs: justBefore(order) }
      moveAgain(history, { ...order, movements: [movement] }, 'reserve')
      for (const row of evidence.decisions) if (row.orderId === orderId) row.outcome = { status: 'reserved' }
      const row = rowOf(history, order)
      if (row) Object.assign(row, { status: 'reserved', reason: null, notification: 'sent' })
      evidence.notifications.push({ seq: 1e6, orderId, userId: planned.userId, sentNs: LATE_NS, keptNs: null })
      answerWith(order, 201)
    },
    caughtBy: ['oversold', 'expected-outcomes'],
  },
  {
    name: 'stock leaks',
    on: notified,
    mutate(history, order) {
      const row = stockOf(history, order)
      if (row) row.quantity -= 1
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
]

const sentRaw = ({ raw }: OrderHistory) => raw.some(({ expect }) => expect === 'decided')

/** One more unit of the kitchen that sold out, as a movement alone. */
function takeScarce(history: History, order: OrderHistory, kind: 'reserve' | 'release'): void {
  const delta = kind === 'reserve' ? -1 : 1
  const atNs = kind === 'reserve' ? justBefore(order) : LATE_NS
  addMovement(history.evidence, { ...scarceReserve(history), kind, orderId: order.orderId, delta, atNs })
}

/** Only one clause of a check sees these: single rows and answers, and orders that the lab sent past the client's door. */
const ROW_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a message that had to be decided is lost',
    on: sentRaw,
    mutate(history, order) {
      moveAgain(history, order, 'undo')
      forget(history, order, 'orders', 'decisions', 'notifications')
    },
    caughtBy: ['lost', 'dead-letter-closure'],
  },
  {
    name: 'an order without a plan is reserved twice',
    on: sentRaw,
    mutate: (history, order) => moveAgain(history, order, 'reserve'),
    caughtBy: ['duplicated'],
  },
  {
    name: 'one movement takes twice what was requested',
    on: notified,
    mutate(history, order) {
      const [movement] = order.movements
      const row = stockOf(history, order)
      if (!movement || !row) throw new Error('the order moved nothing')
      row.quantity += movement.delta
      movement.delta *= 2
    },
    caughtBy: ['duplicated', 'conservation'],
  },
  {
    name: 'the stock alone is below nothing',
    on: notified,
    mutate(history, order) {
      const row = stockOf(history, order)
      if (row) row.quantity = -1
    },
    caughtBy: ['oversold', 'conservation'],
  },
  {
    name: 'the movements alone are more than there was',
    on: soldOut,
    mutate: (history, order) => takeScarce(history, order, 'reserve'),
    caughtBy: ['oversold', 'conservation', 'answers-match'],
  },
  {
    name: 'a sold-out kitchen gives a unit for a while',
    on: soldOut,
    mutate(history, order) {
      takeScarce(history, order, 'reserve')
      takeScarce(history, order, 'release')
      for (const row of order.decisions) Object.assign(row, { outcome: { status: 'reserved' }, released: true })
    },
    caughtBy: ['oversold'],
  },
  {
    name: 'a kitchen begins with less than it was to have',
    on: notified,
    mutate(history, order) {
      const { kitchenId = '', sku = '' } = order.movements[0] ?? {}
      const named = history.openingStock[kitchenId]
      if (named?.[sku] !== undefined) named[sku] += 1
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'a kitchen that nobody named is opened twice',
    on: notified,
    mutate(history, order) {
      const row = stockOf(history, order)
      const opening = history.evidence.movements.find(
        ({ kind, kitchenId, sku }) => kind === 'opening' && kitchenId === row?.kitchenId && sku === row.sku,
      )
      if (!row || !opening) throw new Error('the kitchen was not opened')
      delete history.openingStock[row.kitchenId]
      addMovement(history.evidence, opening)
      row.quantity += opening.delta
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'stock is taken in another kitchen',
    on: order => notified(order) && order.movements.length > 0,
    mutate(history, order) {
      const from = stockOf(history, order)
      const elsewhere = ({ kitchenId }: { kitchenId: string }) => ![SCARCE_KITCHEN, from?.kitchenId].includes(kitchenId)
      const to = history.evidence.stock.find(row => row.sku === from?.sku && elsewhere(row))
      const [movement] = order.movements
      if (!from || !to || !movement) throw new Error('there is no other kitchen')
      from.quantity -= movement.delta
      to.quantity += movement.delta
      movement.kitchenId = to.kitchenId
    },
    caughtBy: ['conservation', 'content'],
  },
  {
    name: 'the orders table has reserved where inventory has failed',
    on: notifiedAfter(202),
    mutate(history, order) {
      moveAgain(history, order, 'undo')
      forget(history, order, 'notifications')
      failDecision(order)
    },
    caughtBy: ['single-outcome', 'undecided'],
  },
  {
    name: 'an order that is in no orders table failed and was notified',
    on: sentRaw,
    mutate(history, order) {
      moveAgain(history, order, 'undo')
      forget(history, order, 'orders')
      failDecision(order)
    },
    caughtBy: ['single-outcome'],
  },
  {
    name: 'inventory decides both ways',
    on: notified,
    mutate({ evidence }, { decisions }) {
      const outcome = { status: 'failed', reason: 'out-of-stock' } as const
      evidence.decisions.push(...decisions.map(row => ({ ...row, outcome })))
    },
    caughtBy: ['duplicated', 'single-outcome'],
  },
  {
    name: 'inventory decides both ways an order that is in no orders table',
    on: sentRaw,
    mutate(history, order) {
      forget(history, order, 'orders')
      const outcome = { status: 'failed', reason: 'out-of-stock' } as const
      history.evidence.decisions.push(...order.decisions.map(row => ({ ...row, outcome })))
    },
    caughtBy: ['duplicated', 'single-outcome'],
  },
  {
    name: 'an order that nobody requested is in the dead-letter queue',
    on: notified,
    mutate({ evidence }) {
      evidence.deadLetters.push(
        ...evidence.deadLetters.slice(0, 1).map(row => ({ ...row, id: 'x', orderId: 'unexpected' })),
      )
      for (const row of evidence.deadLetters) if (row.id === 'x') row.body = '{}'
    },
    caughtBy: ['unexpected', 'dead-letter-closure'],
  },
  {
    name: 'a reserved order was answered 409',
    on: notifiedAfter(201),
    mutate: (_history, order) => answerWith(order, 409),
    caughtBy: ['answers-match', 'content', 'served'],
  },
  {
    name: 'an order that was answered 201 is never notified',
    on: notifiedAfter(201),
    mutate: (history, order) => forget(history, order, 'notifications'),
    caughtBy: ['undecided', 'answers-match'],
  },
  {
    name: 'an order that had to fail is reserved',
    on: notifiedAfter(202),
    mutate(history, order) {
      if (order.planned && rowOf(history, order)) order.planned.expected = 'failed'
    },
    caughtBy: ['expected-outcomes'],
  },
]

export const MUTATIONS: readonly Mutation[] = [
  ...ORDER_MUTATIONS,
  ...ROW_MUTATIONS,
  ...REPORT_MUTATIONS,
  ...SERVICE_MUTATIONS,
  ...REPEAT_MUTATIONS,
  ...SAYING_MUTATIONS,
  ...TIMESTAMP_MUTATIONS,
]

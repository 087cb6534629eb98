/**
 * Ways to break a whole history that only one clause of a check sees: single rows and answers, and orders that the lab
 * sent past the client's door.
 */
import type { History } from '../../run/history.ts'
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
import type { OrderHistory } from '../../checks/order-history.ts'

const sentRaw = ({ raw }: OrderHistory) => raw.some(({ expect }) => expect === 'decided')
const soldOut = (order: OrderHistory) => order.planned?.kitchenId === SCARCE_KITCHEN && answered(409)(order)
const failDecision = ({ decisions }: OrderHistory) => {
  for (const row of decisions) row.outcome = { status: 'failed', reason: 'out-of-stock' }
}

/** One more unit of the kitchen that sold out, as a movement alone. */
function takeScarce({ evidence }: History, order: OrderHistory, kind: 'reserve' | 'release'): void {
  const like = evidence.movements.find(row => row.kind === 'reserve' && row.kitchenId === SCARCE_KITCHEN)
  if (!like) throw new Error('nothing scarce was reserved')
  const delta = kind === 'reserve' ? -1 : 1
  const atNs = kind === 'reserve' ? justBefore(order) : LATE_NS
  addMovement(evidence, { ...like, kind, orderId: order.orderId, delta, atNs })
}

const shelfOf = ({ evidence }: History, { movements }: OrderHistory) =>
  evidence.stock.find(row => row.kitchenId === movements[0]?.kitchenId && row.sku === movements[0].sku)

export const ROW_MUTATIONS: readonly Mutation[] = [
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
      const row = shelfOf(history, order)
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
      const row = shelfOf(history, order)
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
      const row = shelfOf(history, order)
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
      const from = shelfOf(history, order)
      const elsewhere = ({ kitchenId }: { kitchenId: string }) => ![SCARCE_KITCHEN, from?.kitchenId].includes(kitchenId)
      const to = history.evidence.stock.find(row => row.sku === from?.sku && elsewhere(row))
      const [movement] = order.movements
      if (!from || !to || !movement) throw new Error('there is no other kitchen')
      from.quantity -= movement.delta
      to.quantity += movement.delta
      movement.kitchenId = to.kitchenId
    },
    caughtBy: ['conservation'],
  },
  {
    name: 'the orders table has reserved where inventory has failed',
    on: order => notified(order) && answered(202)(order),
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
    on: order => notified(order) && answered(201)(order),
    mutate(_history, { attempts }) {
      for (const { answer } of attempts) if (answer.kind === 'status') answer.status = 409
    },
    caughtBy: ['answers-match'],
  },
  {
    name: 'an order that was answered 201 is never notified',
    on: order => notified(order) && answered(201)(order),
    mutate: (history, order) => forget(history, order, 'notifications'),
    caughtBy: ['undecided', 'answers-match'],
  },
  {
    name: 'an order that had to fail is reserved',
    on: notified,
    mutate(history, order) {
      if (order.planned && rowOf(history, order)) order.planned.expected = 'failed'
    },
    caughtBy: ['expected-outcomes'],
  },
]

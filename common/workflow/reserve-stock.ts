// Reserve stock for an order: all of its lines or none, and one decision per `orderId` for ever. Release it: the stock comes
// back once. Neither depends on how the order came here, nor how often: the decision and the stock that it takes are written
// in one transaction, and a repeat finds the decision. async-rabbitmq/inventory_service/consumer.ts says what follows from
// that.
import { LabError } from '../contracts/errors.ts'
import { fingerprint, type Order, type Outcome } from '../contracts/order.ts'
import type { Occurrence } from '../contracts/events.ts'
import type { Decision, StockTx } from './store.ts'

/**
 * Decides the order, or returns the decision that was made before; `isNew` says which.
 * @throws LabError `order-conflict` when the `orderId` was decided with another content; then nothing changes.
 */
export function reserveStock(tx: StockTx, order: Order, happened: Occurrence): { decision: Decision; isNew: boolean } {
  const before = tx.findDecision(order.orderId)
  if (before?.fingerprint && before.fingerprint !== fingerprint(order))
    throw new LabError('order-conflict', `order ${order.orderId} was decided with another content; nothing was changed`)
  if (before) return { decision: before, isNew: false }
  tx.openKitchen(order.kitchenId)
  return { decision: applyDecision(tx, order, outcomeOf(tx, order), happened), isNew: true }
}

/** Stores a decision, made now or read from a log, with all of its effects. Its kitchen is open, and it has no decision yet. */
export function applyDecision(tx: StockTx, order: Order, outcome: Outcome, happened: Occurrence): Decision {
  const { orderId, kitchenId } = order
  const { correlationId, occurredAt } = happened
  const print = fingerprint(order)
  if (outcome.status === 'reserved')
    for (const [sku, quantity] of unitsBySku(order))
      tx.move({ kind: 'reserve', orderId, kitchenId, sku, delta: -quantity })
  const decision = { orderId, order, fingerprint: print, outcome, released: false, correlationId, occurredAt }
  tx.insertDecision(decision)
  return decision
}

function outcomeOf(tx: StockTx, order: Order): Outcome {
  const lines = [...unitsBySku(order)].map(([sku, quantity]) => ({ quantity, onHand: tx.onHand(order.kitchenId, sku) }))
  if (lines.some(line => line.onHand === undefined)) return { status: 'failed', reason: 'unknown-sku' }
  if (lines.some(line => line.quantity > (line.onHand ?? 0))) return { status: 'failed', reason: 'out-of-stock' }
  return { status: 'reserved' }
}

/**
 * Gives the stock of an order back, once. A release that comes before its reserve leaves a tombstone, and the late reserve is
 * then refused.
 */
export function releaseStock(tx: StockTx, orderId: string, happened: Occurrence): void {
  const decision = tx.findDecision(orderId)
  if (!decision) {
    const outcome = { status: 'failed', reason: 'released' } as const
    tx.insertDecision({ ...happened, orderId, order: null, fingerprint: null, outcome, released: true })
    return
  }
  if (decision.released || decision.outcome.status !== 'reserved' || !decision.order) return
  const { kitchenId } = decision.order
  for (const [sku, quantity] of unitsBySku(decision.order))
    tx.move({ kind: 'release', orderId, kitchenId, sku, delta: quantity })
  tx.markReleased(orderId)
}

/** The outcome that counts now: an order that was released is a failed one. */
export const standingOutcome = (decision: Decision): Outcome =>
  decision.released ? { status: 'failed', reason: 'released' } : decision.outcome

/** The units of an order by sku: two lines of one sku are one movement of their sum, when taken and when given back. */
function unitsBySku(order: Order): Map<string, number> {
  const units = new Map<string, number>()
  for (const { sku, quantity } of order.items) units.set(sku, (units.get(sku) ?? 0) + quantity)
  return units
}

// Reserve stock for an order: all of its lines or none, and one decision per `orderId` for ever.
// It never asks how the order came here, nor how often.
import { LabError } from '../contracts/errors.ts'
import { fingerprint, type Order } from '../contracts/order.ts'
import type { Outcome } from '../contracts/outcome.ts'
import type { Decision, Occurrence, StockTx } from './store.ts'

/**
 * Decides the order, or returns the decision that was made before; `isNew` tells which.
 * @throws LabError `order-conflict` when the `orderId` was decided with another content; then nothing changes.
 */
export function reserveStock(tx: StockTx, order: Order, happened: Occurrence): { decision: Decision; isNew: boolean } {
  const print = fingerprint(order)
  const before = tx.findDecision(order.orderId)
  if (before?.fingerprint && before.fingerprint !== print)
    throw new LabError('order-conflict', `order ${order.orderId} was decided with another content; nothing was changed`)
  if (before) return { decision: before, isNew: false }

  tx.openKitchen(order.kitchenId)
  const wanted = wantedBySku(order)
  const outcome = judge(tx, order.kitchenId, wanted)
  if (outcome.status === 'reserved')
    for (const [sku, quantity] of wanted)
      tx.move({ kind: 'reserve', orderId: order.orderId, kitchenId: order.kitchenId, sku, delta: -quantity })
  const decision = { ...happened, orderId: order.orderId, order, fingerprint: print, outcome, released: false }
  tx.insertDecision(decision)
  return { decision, isNew: true }
}

/** Two lines of one sku want their sum. */
export function wantedBySku(order: Order): Map<string, number> {
  const wanted = new Map<string, number>()
  for (const { sku, quantity } of order.items) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity)
  return wanted
}

function judge(tx: StockTx, kitchenId: string, wanted: Map<string, number>): Outcome {
  const lines = [...wanted].map(([sku, quantity]) => ({ quantity, onHand: tx.onHand(kitchenId, sku) }))
  if (lines.some(line => line.onHand === undefined)) return { status: 'failed', reason: 'unknown-sku' }
  if (lines.some(line => line.quantity > (line.onHand ?? 0))) return { status: 'failed', reason: 'out-of-stock' }
  return { status: 'reserved' }
}

/** What the decision means now: an order that was released is a failed one. */
export const standingOutcome = (decision: Decision): Outcome =>
  decision.released ? { status: 'failed', reason: 'released' } : decision.outcome

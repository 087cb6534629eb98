// Release an order: its stock comes back once, however often the release is requested.
// A release that arrives before its reserve leaves a tombstone, and the late reserve is then refused.
import { unitsBySku } from './reserve-stock.ts'
import type { Occurrence, StockTx } from './store.ts'

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

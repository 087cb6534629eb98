/**
 * The services' side of a made history: rows as they leave them when they make no mistake.
 */
import type { FailureReason } from '#common/contracts/outcome.ts'
import type { History } from '../run/history.ts'
import type { PlannedOrder } from '../load/orders.ts'

export type Ledger = {
  history: History
  /** Time goes on to this moment, in nanoseconds. */
  goOn(toNs: number): void
  /** Places and decides the order, and confirms it; returns why it failed. */
  decide(order: PlannedOrder): FailureReason | undefined
  /** Fails the order in the book after its deadline, and releases it: after it was reserved, or before. */
  giveUp(order: PlannedOrder, options: { reserved: boolean }): void
  /** Fails the order in the book alone: inventory was not asked. */
  fail(order: PlannedOrder, reason: string): void
}

export function ledger(history: History): Ledger {
  const { orders, decisions, movements, stock, notifications } = history.evidence
  let atNs = 0
  const stamp = () => (atNs += 1_000)
  const shelf = (kitchenId: string, sku: string) => stock.find(row => row.kitchenId === kitchenId && row.sku === sku)

  function open(kitchenId: string): void {
    if (stock.some(row => row.kitchenId === kitchenId)) return
    for (const [sku, quantity] of Object.entries(history.openingStock[kitchenId] ?? {})) {
      stock.push({ seq: stock.length + 1, kitchenId, sku, quantity })
      movements.push({
        seq: movements.length + 1,
        kind: 'opening',
        orderId: null,
        kitchenId,
        sku,
        delta: quantity,
        atNs: stamp(),
      })
    }
  }

  function move({ orderId, kitchenId, items }: PlannedOrder, kind: 'reserve' | 'release'): void {
    for (const { sku, quantity } of items) {
      const delta = kind === 'reserve' ? -quantity : quantity
      movements.push({ seq: movements.length + 1, kind, orderId, kitchenId, sku, delta, atNs: stamp() })
      const row = shelf(kitchenId, sku)
      if (row) row.quantity += delta
    }
  }

  function book(order: PlannedOrder, reason: string | null): void {
    const { orderId, userId, kitchenId } = order
    const status = reason === null ? ('reserved' as const) : ('failed' as const)
    const notification = reason === null ? ('sent' as const) : null
    const stamps = { correlationId: orderId, placedNs: stamp(), decidedNs: stamp() }
    orders.push({ seq: orders.length + 1, orderId, userId, kitchenId, status, reason, notification, ...stamps })
  }

  function decided(orderId: string, reason: FailureReason | undefined, released: boolean): void {
    const outcome = reason ? ({ status: 'failed', reason } as const) : ({ status: 'reserved' } as const)
    decisions.push({ seq: decisions.length + 1, orderId, outcome, released, decidedNs: stamp() })
  }

  function judge({ kitchenId, items }: PlannedOrder): FailureReason | undefined {
    if (items.some(({ sku }) => !shelf(kitchenId, sku))) return 'unknown-sku'
    if (items.some(({ sku, quantity }) => quantity > (shelf(kitchenId, sku)?.quantity ?? 0))) return 'out-of-stock'
    return undefined
  }

  return {
    history,
    goOn: toNs => void (atNs = Math.max(atNs, toNs)),
    decide(order) {
      const { orderId, userId } = order
      open(order.kitchenId)
      const reason = judge(order)
      if (!reason) move(order, 'reserve')
      decided(orderId, reason, false)
      book(order, reason ?? null)
      if (!reason) notifications.push({ seq: notifications.length + 1, orderId, userId, sentNs: stamp() })
      return reason
    },
    giveUp(order, { reserved }) {
      open(order.kitchenId)
      if (reserved) move(order, 'reserve')
      decided(order.orderId, reserved ? undefined : 'released', true)
      if (reserved) move(order, 'release')
      book(order, 'deadline-passed')
    },
    fail: book,
  }
}

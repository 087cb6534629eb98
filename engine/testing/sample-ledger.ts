/**
 * The services' side of a sample history: rows as they leave them when they make no mistake.
 */
import type { FailureReason } from '#common/contracts/order.ts'
import type { History } from '../run/history.ts'
import type { PlannedOrder } from '../load/orders.ts'

export type Ledger = {
  history: History
  /** Advances time to this moment, in nanoseconds. */
  advanceTo(toNs: number): void
  /** Places and decides the order, and confirms it; returns why it failed. */
  decide(order: PlannedOrder): FailureReason | undefined
  /** Fails the order in the orders table after its deadline, and releases it: after it was reserved, or before. */
  abandon(order: PlannedOrder, options: { reserved: boolean }): void
  /** Fails the order in the orders table alone: inventory was not requested. */
  fail(order: PlannedOrder, reason: string): void
}

export function ledger(history: History): Ledger {
  const { orders, decisions, notifications } = history.evidence
  let atNs = 0
  const stamp = () => (atNs += 1_000)
  const { open, move, reasonToFail } = stockOf(history, stamp)
  function recordOrder(order: PlannedOrder, reason: string | null): void {
    const { orderId, userId, kitchenId } = order
    const status = reason === null ? ('reserved' as const) : ('failed' as const)
    const notification = reason === null ? ('sent' as const) : null
    const stamps = { correlationId: orderId, placedNs: stamp(), decidedNs: stamp() }
    orders.push({ seq: orders.length + 1, orderId, userId, kitchenId, status, reason, notification, ...stamps })
  }

  function recordDecision(orderId: string, reason: FailureReason | undefined, released: boolean): void {
    const outcome = reason ? ({ status: 'failed', reason } as const) : ({ status: 'reserved' } as const)
    decisions.push({ seq: decisions.length + 1, orderId, outcome, released, decidedNs: stamp() })
  }

  return {
    history,
    advanceTo: toNs => void (atNs = Math.max(atNs, toNs)),
    decide(order) {
      const { orderId, userId } = order
      open(order.kitchenId)
      const reason = reasonToFail(order)
      if (!reason) move(order, 'reserve')
      recordDecision(orderId, reason, false)
      recordOrder(order, reason ?? null)
      if (!reason) notifications.push({ seq: notifications.length + 1, orderId, userId, sentNs: stamp() })
      return reason
    },
    abandon(order, { reserved }) {
      open(order.kitchenId)
      if (reserved) move(order, 'reserve')
      recordDecision(order.orderId, reserved ? undefined : 'released', true)
      if (reserved) move(order, 'release')
      recordOrder(order, 'deadline-passed')
    },
    fail: recordOrder,
  }
}

/** Kitchens, and the stock in them. */
function stockOf({ evidence, openingStock }: History, stamp: () => number) {
  const { movements, stock } = evidence
  const positionOf = (kitchenId: string, sku: string) =>
    stock.find(row => row.kitchenId === kitchenId && row.sku === sku)

  function open(kitchenId: string): void {
    if (stock.some(row => row.kitchenId === kitchenId)) return
    for (const [sku, quantity] of Object.entries(openingStock[kitchenId] ?? {})) {
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
      const row = positionOf(kitchenId, sku)
      if (row) row.quantity += delta
    }
  }

  function reasonToFail({ kitchenId, items }: PlannedOrder): FailureReason | undefined {
    if (items.some(({ sku }) => !positionOf(kitchenId, sku))) return 'unknown-sku'
    if (items.some(({ sku, quantity }) => quantity > (positionOf(kitchenId, sku)?.quantity ?? 0))) return 'out-of-stock'
    return undefined
  }

  return { open, move, reasonToFail }
}

// The stores of the workflow in memory and without transactions, for its tests.
import type { Decision, MetricsTx, NotificationsTx, OrdersTx, PlacedOrder, StockTx } from '../workflow/store.ts'

export function memoryOrders(): OrdersTx {
  const orders = new Map<string, PlacedOrder>()
  return {
    findOrder: orderId => orders.get(orderId),
    insertOrder: placed => void orders.set(placed.order.orderId, placed),
    updateOrder(orderId, change) {
      const placed = orders.get(orderId)
      if (placed) orders.set(orderId, { ...placed, ...change })
    },
  }
}

export type Movement = Parameters<StockTx['move']>[0]

/** With its `movements` in their sequence, and the kitchens that were `opened`. */
export function memoryStock(
  opening: Record<string, number>,
): StockTx & { movements: Movement[]; opened: string[]; decisions: Map<string, Decision> } {
  const decisions = new Map<string, Decision>()
  const stock = new Map<string, number>()
  const movements: Movement[] = []
  const opened: string[] = []
  return {
    movements,
    opened,
    decisions,
    findDecision: orderId => decisions.get(orderId),
    insertDecision: decision => void decisions.set(decision.orderId, decision),
    markReleased(orderId) {
      const decision = decisions.get(orderId)
      if (decision) decisions.set(orderId, { ...decision, released: true })
    },
    openKitchen(kitchenId) {
      if (opened.includes(kitchenId)) return
      opened.push(kitchenId)
      for (const [sku, units] of Object.entries(opening)) stock.set(`${kitchenId}/${sku}`, units)
    },
    onHand: (kitchenId, sku) => stock.get(`${kitchenId}/${sku}`),
    move(movement) {
      const key = `${movement.kitchenId}/${movement.sku}`
      stock.set(key, (stock.get(key) ?? 0) + movement.delta)
      movements.push(movement)
    },
  }
}

export function memoryNotifications(): NotificationsTx & { sent: string[] } {
  const sent: string[] = []
  return { sent, wasSent: orderId => sent.includes(orderId), append: ({ orderId }) => void sent.push(orderId) }
}

export function memoryMetrics(): MetricsTx {
  const known = new Set<string>()
  const ordersPerMinute: Record<string, number> = {}
  const outcomes = { reserved: 0, failed: 0 }
  return {
    remember(type, orderId) {
      const isNew = !known.has(`${type}:${orderId}`)
      known.add(`${type}:${orderId}`)
      return isNew
    },
    countPlaced: minute => void (ordersPerMinute[minute] = (ordersPerMinute[minute] ?? 0) + 1),
    countOutcome: status => void outcomes[status]++,
    totals: () => ({ ordersPerMinute: { ...ordersPerMinute }, ...outcomes }),
  }
}

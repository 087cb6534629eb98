// The orders table of this model: whether an order was confirmed to its user is known to notification_service, not here,
// so nothing that is read from the table says anything about it.
import type { OrdersTables } from '#common/stores/orders.ts'

export function withoutNotification(tables: OrdersTables): OrdersTables {
  return {
    ...tables,
    findOrder(orderId) {
      const placed = tables.findOrder(orderId)
      return placed && { ...placed, notification: null }
    },
    pageOrders(after, limit) {
      const { rows, next } = tables.pageOrders(after, limit)
      return { rows: rows.map(row => ({ ...row, notification: null })), next }
    },
  }
}

// Doubled: an order with more than one reservation or notification. Judged by the appended movements and notifications,
// which no unique key shapes, and not by the inbox that is to prevent it.
import { defineCheck, evaluateAll } from './check.ts'
import { held, type OrderHistory, orderHistories, wanted } from './order-history.ts'

export const duplicated = defineCheck('duplicated', 'no order is reserved or confirmed more than once', history => {
  const touched = [...orderHistories(history).values()].filter(
    ({ decisions, movements, notifications }) => movements.length + notifications.length > 0 || decisions.length > 1,
  )
  const offenders = touched.flatMap(trace => whyDoubled(trace).map(why => `${trace.orderId} ${why}`))
  return evaluateAll({ looked: touched.length, what: 'reserved or confirmed orders', offenders })
})

function whyDoubled(trace: OrderHistory): string[] {
  const { movements, notifications, planned, decisions } = trace
  const reserves = new Map<string, number>()
  for (const { kind, sku } of movements) if (kind === 'reserve') reserves.set(sku, (reserves.get(sku) ?? 0) + 1)
  const twice = [...reserves].filter(([, times]) => times > 1).map(([sku, times]) => `reserved ${sku} ${times} times`)
  const units = planned && wanted(planned)
  const tooMuch = [...held(trace)]
    .filter(([sku, count]) => count > (units?.get(sku) ?? Infinity))
    .map(([sku, count]) => `holds ${count} ${sku} and asked for ${units?.get(sku) ?? 0}`)
  return [
    ...twice,
    ...tooMuch,
    ...(decisions.length > 1 ? [`was decided ${decisions.length} times`] : []),
    ...(notifications.length > 1 ? [`was confirmed ${notifications.length} times`] : []),
  ]
}

// What the services hold about given orders, and that it is what had to become of them.
import assert from 'node:assert/strict'
import type { DecisionRow, MovementRow, NotificationRow, OrderRow } from '#common/contracts/evidence.ts'
import { UNKNOWN_SKU } from '#engine/load/mix.ts'
import type { PlannedOrder } from '#engine/load/orders.ts'
import { isQuiescent } from '#engine/run/evidence.ts'
import type { Evidence } from '#engine/run/history.ts'
import { assertSound } from './assert-sound.ts'
import type { TestSystem } from './test-system.ts'

const DECIDED_MS = 30_000

export type Facts = {
  orderId: string
  order: OrderRow | undefined
  decisions: DecisionRow[]
  movements: MovementRow[]
  notifications: NotificationRow[]
  /** All that the services held then. */
  evidence: Evidence
}

/** The facts of each order once all of them are decided, and notified where they are reserved. */
export async function decided(system: TestSystem, ...orderIds: string[]): Promise<Facts[]> {
  const what = `${orderIds.length} orders to be decided and notified`
  const evidence = await system.until(what, DECIDED_MS, flow => {
    const known = new Set(flow.orders.map(({ orderId }) => orderId))
    return orderIds.every(orderId => known.has(orderId)) && isQuiescent(flow)
  })
  return orderIds.map(orderId => factsOf(evidence, orderId))
}

/** Of one order. */
export async function decidedOne(system: TestSystem, orderId: string): Promise<Facts> {
  const [facts] = await decided(system, orderId)
  assert.ok(facts)
  return facts
}

function factsOf(evidence: Evidence, orderId: string): Facts {
  const of = <Row extends { orderId: string | null }>(rows: Row[]) => rows.filter(row => row.orderId === orderId)
  return {
    orderId,
    order: evidence.orders.find(row => row.orderId === orderId),
    decisions: of(evidence.decisions),
    movements: of(evidence.movements),
    notifications: of(evidence.notifications),
    evidence,
  }
}

/** Reserved once with just these units by sku, notified once, and nothing else. */
export function assertReservedOnce(facts: Facts, units: Record<string, number>): void {
  assertSound(facts.evidence, { planned: [plannedAs('reserved', facts, units)] })
  assert.equal(facts.order?.status, 'reserved')
  assert.equal(facts.movements.length, Object.keys(units).length)
}

/** Failed for that reason, with nothing taken and no notification sent. */
export function assertFailed(facts: Facts, reason: string): void {
  const sku = reason === 'unknown-sku' ? UNKNOWN_SKU : 'burger'
  assertSound(facts.evidence, { planned: [plannedAs('failed', facts, { [sku]: 1 })] })
  assert.equal(facts.order?.status, 'failed')
  const outcomes = facts.decisions.map(({ outcome }) => outcome)
  assert.deepEqual(outcomes, [{ status: 'failed', reason }])
  assert.deepEqual(facts.movements, [])
}

function plannedAs(
  expected: PlannedOrder['expected'],
  { orderId, order }: Facts,
  units: Record<string, number> = {},
): PlannedOrder {
  const items = Object.entries(units).map(([sku, quantity]) => ({ sku, quantity }))
  const { userId = '', kitchenId = '', fingerprint } = order ?? {}
  return { index: 0, orderId, userId, kitchenId, idempotencyKey: '', items, fingerprint, expected }
}

/** What the services hold, without stamps. */
export const essence = ({ orders, decisions, movements, notifications, stock }: Evidence) => ({
  orders: orders.map(({ orderId, status, reason, fingerprint }) => ({ orderId, status, reason, fingerprint })),
  decisions: decisions.map(({ orderId, outcome, released, fingerprint }) => ({
    orderId,
    outcome,
    released,
    fingerprint,
  })),
  movements: movements.length,
  notifications: notifications.map(({ orderId }) => orderId),
  stock: stock.map(({ kitchenId, sku, quantity }) => ({ kitchenId, sku, quantity })),
})

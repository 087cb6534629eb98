// What the services hold about given orders, and that all of it fits together.
import assert from 'node:assert/strict'
import type { DecisionRow, MovementRow, NotificationRow, OrderRow } from '#common/contracts/evidence.ts'
import { isQuiet, readEvidence } from '#engine/run/evidence.ts'
import type { Evidence } from '#engine/run/history.ts'
import { waitFor } from '#host/wait-for.ts'
import type { TestSystem } from './test-system.ts'

const SETTLE_MS = 30_000

export type Facts = {
  orderId: string
  order: OrderRow | undefined
  decisions: DecisionRow[]
  movements: MovementRow[]
  notifications: NotificationRow[]
}

export const evidenceOf = ({ model, runtime, link }: TestSystem): Promise<Evidence> =>
  readEvidence(model, runtime, link)

/** The facts of each order once all of them are decided, and confirmed where they are reserved. */
export async function settled(stage: TestSystem, ...orderIds: string[]): Promise<Facts[]> {
  const what = `${orderIds.length} orders to be decided and confirmed`
  const evidence = await waitFor(() => quietEvidence(stage, orderIds), { deadlineMs: SETTLE_MS, what })
  return orderIds.map(orderId => factsOf(evidence, orderId))
}

/** Of one order. */
export async function settledOne(stage: TestSystem, orderId: string): Promise<Facts> {
  const [facts] = await settled(stage, orderId)
  assert.ok(facts)
  return facts
}

async function quietEvidence(stage: TestSystem, orderIds: string[]): Promise<Evidence | false> {
  const evidence = await evidenceOf(stage)
  const known = new Set(evidence.orders.map(({ orderId }) => orderId))
  return orderIds.every(orderId => known.has(orderId)) && isQuiet(evidence) && evidence
}

function factsOf(evidence: Evidence, orderId: string): Facts {
  const of = <Row extends { orderId: string | null }>(rows: Row[]) => rows.filter(row => row.orderId === orderId)
  return {
    orderId,
    order: evidence.orders.find(row => row.orderId === orderId),
    decisions: of(evidence.decisions),
    movements: of(evidence.movements),
    notifications: of(evidence.notifications),
  }
}

/** Units that the order took, by sku. */
const taken = ({ movements }: Facts): Record<string, number> =>
  Object.fromEntries(movements.map(({ sku, delta }) => [sku, -delta]))

/** Reserved once, confirmed once, and nothing else. */
export function assertReservedOnce(facts: Facts, units: Record<string, number>): void {
  assert.equal(facts.order?.status, 'reserved')
  assert.deepEqual(
    facts.decisions.map(({ outcome }) => outcome),
    [{ status: 'reserved' }],
  )
  assert.deepEqual(taken(facts), units)
  assert.equal(facts.movements.length, Object.keys(units).length)
  assert.equal(facts.notifications.length, 1)
}

/** Failed for that reason, with nothing taken and nobody told that it was confirmed. */
export function assertFailed(facts: Facts, reason: string): void {
  assert.equal(facts.order?.status, 'failed')
  assert.deepEqual(
    facts.decisions.map(({ outcome }) => outcome),
    [{ status: 'failed', reason }],
  )
  assert.deepEqual(facts.movements, [])
  assert.deepEqual(facts.notifications, [])
}

/** Start = left + moved on every shelf, opened once, and never below nothing. */
export function assertConserved({ movements, stock }: Pick<Evidence, 'movements' | 'stock'>): void {
  for (const { kitchenId, sku, quantity } of stock) {
    const shelf = movements.filter(row => row.kitchenId === kitchenId && row.sku === sku)
    const left = shelf.reduce((sum, { delta }) => sum + delta, 0)
    assert.equal(quantity, left, `${sku} in ${kitchenId}: the stock says ${quantity}, its movements leave ${left}`)
    assert.equal(shelf.filter(({ kind }) => kind === 'opening').length, 1, `${sku} in ${kitchenId} was opened once`)
    assert.ok(quantity >= 0, `${sku} in ${kitchenId} is below nothing`)
  }
}

/** What the services hold, without stamps. */
export const essence = ({ orders, decisions, movements, notifications, stock }: Evidence) => ({
  orders: orders.map(({ orderId, status, reason }) => ({ orderId, status, reason })),
  decisions: decisions.map(({ orderId, outcome, released }) => ({ orderId, outcome, released })),
  movements: movements.length,
  notifications: notifications.map(({ orderId }) => orderId),
  stock: stock.map(({ kitchenId, sku, quantity }) => ({ kitchenId, sku, quantity })),
})

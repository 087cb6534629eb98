// What the tests ask of the evidence: that every order has its one outcome, and stock and notifications agree with it.
import assert from 'node:assert/strict'
import type { DecisionRow, MovementRow, NotificationRow, OrderRow, StockRow } from '#common/contracts/evidence.ts'
import { waitFor } from '#host/wait-for.ts'
import type { TestDeployment } from './deployment.ts'

export const decisions = (place: TestDeployment) => place.rows<DecisionRow>('inventory_service', '/inventory/decisions')
const movements = (place: TestDeployment) => place.rows<MovementRow>('inventory_service', '/inventory/movements')
export const notifications = (place: TestDeployment) =>
  place.rows<NotificationRow>('notification_service', '/notifications')
export const orders = (place: TestDeployment) => place.rows<OrderRow>('order_service', '/orders')

/** An order of one burger of the kitchen `main`. */
export const burger = (userId = 'user') => ({ userId, items: [{ sku: 'burger', quantity: 1 }] })

export const orderOf = (orderId: string, userId = 'user') => ({ orderId, kitchenId: 'main', ...burger(userId) })

/** Places so many orders at once; answers with their ids. */
export async function placeMany(place: TestDeployment, count: number, userId = 'user'): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => place.placeOrder(burger(userId))))
  return Promise.all(
    answers.map(async answer => {
      assert.equal(answer.status, 202)
      return ((await answer.json()) as { orderId: string }).orderId
    }),
  )
}

export const untilDecided = (place: TestDeployment, count: number, deadlineMs = 30_000) =>
  waitFor(async () => (await decisions(place)).length >= count, { deadlineMs, what: `${count} decisions` })

export const untilNotified = (place: TestDeployment, count: number, deadlineMs = 30_000) =>
  waitFor(async () => (await notifications(place)).length >= count, { deadlineMs, what: `${count} notifications` })

export const untilSettled = (place: TestDeployment, count: number, deadlineMs = 30_000) =>
  waitFor(async () => (await orders(place)).filter(row => row.status !== 'pending').length >= count, {
    deadlineMs,
    what: `${count} settled orders`,
  })

export const untilDeadLetters = (place: TestDeployment, count: number, deadlineMs = 30_000) =>
  waitFor(
    async () => {
      const letters = await place.link.deadLetters()
      return letters.length >= count && letters
    },
    { deadlineMs, everyMs: 100, what: `${count} dead letters` },
  )

export const byText = (one: string, other: string) => (one < other ? -1 : Number(one > other))

/** Each of these orders is reserved once, notified once, and nothing else moved; the stock agrees. */
export async function assertWhole(place: TestDeployment, orderIds: string[]): Promise<void> {
  const sorted = (ids: (string | null)[]) => ids.map(String).toSorted(byText)
  const wanted = sorted(orderIds)
  assert.deepEqual(sorted((await decisions(place)).map(row => row.orderId)), wanted, 'one decision an order')
  const moved = await movements(place)
  assert.deepEqual(sorted(moved.filter(row => row.kind === 'reserve').map(row => row.orderId)), wanted, 'moved once')
  const left = await place.rows<StockRow>('inventory_service', '/inventory')
  const total = (rows: { delta: number }[]) => rows.reduce((sum, row) => sum + row.delta, 0)
  assert.equal(
    left.reduce((sum, row) => sum + row.quantity, 0),
    total(moved),
    'stock is conserved',
  )
  assert.deepEqual(sorted((await notifications(place)).map(row => row.orderId)), wanted, 'one notification an order')
}

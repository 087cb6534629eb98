// The same order told again, by every way in which that happens: one decision, one notification.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { assertWhole, orderOf, untilDeadLetters, untilNotified } from './support/evidence.ts'
import { openDeployment } from './support/deployment.ts'

const repeatsSeen = (log: string) => log.match(/"isNew":false/g)?.length ?? 0

test('the same event, and another event of the same order, also after a restart, reserve and notify once', async t => {
  const place = await openDeployment(t)
  const consumers = ['inventory_service', 'notification_service'] as const
  await place.start([...consumers])
  const order = orderOf('order-1')
  const seen = (count: number, what: string) =>
    waitFor(() => consumers.every(name => repeatsSeen(place.log(name)) >= count), { deadlineMs: 30_000, what })

  await place.link.operations.redeliver({ orders: [order], times: 3 })
  await seen(2, 'two repeats')
  await place.link.operations.redeliver({ orders: [order], as: 'new', times: 2 })
  await seen(4, 'two more as new messages')
  for (const name of consumers) await place.kill(name)
  await place.start([...consumers])
  await place.link.operations.redeliver({ orders: [order], times: 2 })
  await seen(6, 'two more after the restart')
  await assertWhole(place, ['order-1'])
})

test('the same order with other content decides nothing and is a dead letter at once', async t => {
  const place = await openDeployment(t)
  await place.start(['inventory_service', 'notification_service'])
  const order = orderOf('order-2')
  await place.link.operations.redeliver({ orders: [order] })
  await untilNotified(place, 1)
  await place.link.operations.redeliver({ orders: [{ ...order, items: [{ sku: 'pizza', quantity: 2 }] }] })
  const letters = await untilDeadLetters(place, 1)
  assert.deepEqual(
    letters.map(({ reason, attempts, orderId, source }) => ({ reason, attempts, orderId, source })),
    [{ reason: 'order-conflict', attempts: 1, orderId: 'order-2', source: 'inventory.orders' }],
  )
  await assertWhole(place, ['order-2'])
})

// Each service is killed (SIGKILL) between two steps of its work, while orders keep coming, and started again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '#common/kit/until.ts'
import { call, placeMany } from './client.ts'
import { assertSound, createStage } from './stage.ts'

/** Service, point, and the how-manieth pass kills it; analytics passes once a chunk. */
const POINTS = [
  ['inventory_consumer', 'commit-produce', 20],
  ['inventory_consumer', 'produce-commit', 20],
  ['notification_consumer', 'produce-store', 20],
  ['notification_consumer', 'store-commit', 20],
  ['analytics_consumer', 'store-commit', 2],
  ['producer_order', 'produce-answer', 20],
] as const

test('a service that is killed between two steps loses, doubles and oversells nothing', async t => {
  const stage = await createStage(t, { inventory_consumer: { INITIAL_STOCK: '{"kitchen-0":{"burger":20}}' } })
  await stage.startAll()
  let placed = 0
  for (const [service, point, after] of POINTS)
    await t.test(`${service} at ${point}`, async () => {
      const fault = { crash: { point, after } }
      assert.equal((await call(`${stage.runtime.url(service)}/faults`, 'POST', fault)).status, 200)
      const user = `user-${point}-${service}`
      const base = stage.runtime.url('producer_order')
      const first = await placeMany(base, 60, user)
      await until(() => !stage.runtime.running(service), { deadlineMs: 15_000, what: `${service} to die at ${point}` })
      await stage.runtime.start(service)
      // What was not answered is asked again with the same key: it must not become a second order.
      const again = await placeMany(base, 60, user)
      for (const [index, { status }] of first.entries())
        if (status === 202) assert.ok([200, 409].includes(again[index]?.status ?? 0), 'a 2xx order was placed again')
      placed += 60
      const evidence = await stage.quiet(placed)
      assert.equal(evidence.orders.length, placed)
      assertSound(evidence)
      const counted = async () => {
        const { orders } = (await stage.ask('analytics_consumer', '/metrics.json')) as { orders: number }
        assert.ok(orders <= placed, `analytics counted ${orders} of ${placed} orders`)
        return orders === placed
      }
      await until(counted, { deadlineMs: 10_000, what: `analytics to count ${placed} orders` })
    })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anOrder, placed } from '#conformance/client.ts'
import { startSystem } from '#conformance/test-system.ts'
import { openWebhookReceiver } from '#engine/load/webhook-receiver.ts'
import { leasePorts } from '#host/ports.ts'
import { waitFor } from '#host/wait-for.ts'
import { streamingKafka } from '../lab/model.ts'

const SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`

test('a producer_order that lost its store fills it from the log, and tells each outcome again: nobody knows what was told', async t => {
  const { ports, release } = await leasePorts(1)
  t.after(release)
  const [port = 0] = ports
  const receiver = await openWebhookReceiver({ port, secret: SECRET })
  t.after(receiver.close)
  const environment = { WEBHOOK_URL: `http://127.0.0.1:${port}/`, WEBHOOK_SECRET: SECRET }
  const system = await startSystem(t, streamingKafka, { environments: { producer_order: environment } })
  const ids = [
    await placed(system, anOrder()),
    await placed(system, anOrder({ items: [{ sku: 'unicorn', quantity: 1 }] })),
  ]
  const told = await Promise.all(ids.map(orderId => receiver.learn(orderId, 60_000, t.signal)))
  assert.deepEqual(
    told.map(({ says, reason }) => [says, reason]),
    [
      ['reserved', undefined],
      ['failed', 'unknown-sku'],
    ],
  )
  await system.kill('producer_order')
  await system.wipe('producer_order')
  await system.start('producer_order')
  const isToldAgain = () => told.every(({ requests }) => requests === 2)
  await waitFor(isToldAgain, { deadlineMs: 60_000, what: 'each outcome to be told again' })
})

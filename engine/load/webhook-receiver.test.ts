import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { monotonicNs } from '#common/contracts/clock.ts'
import { signedHeaders, webhookKey } from '#common/contracts/webhook-signature.ts'
import { leasePorts } from '#host/ports.ts'
import { startTarget } from '../testing/load-target.ts'
import { runLoad } from './generator.ts'
import { planOrders } from './orders.ts'
import { openWebhookReceiver } from './webhook-receiver.ts'

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`
const KEY = webhookKey(SECRET)
const FAILED = { orderId: 'a', status: 'failed', reason: 'out-of-stock' }

async function leasePort(t: TestContext): Promise<number> {
  const { ports, release } = await leasePorts(1)
  t.after(release)
  return ports[0] ?? assert.fail()
}

/** Resolves with the status of the answer. */
async function post(port: number, body: string, headers: Record<string, string>): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers })
  return status
}

/** As a service sends it. */
const sendWebhook = (port: number, view: Pick<typeof FAILED, 'orderId' | 'status'>, key = KEY): Promise<number> =>
  post(port, JSON.stringify(view), signedHeaders(key, view.orderId, JSON.stringify(view)))

async function openReceiver(t: TestContext) {
  const port = await leasePort(t)
  const receiver = await openWebhookReceiver({ port, secret: SECRET })
  t.after(receiver.close)
  return { port, learn: (giveUpMs = 30_000, stop = t.signal) => receiver.learn('a', giveUpMs, stop) }
}

test('a client is told by the webhook of its order when that comes, and at the answer where it came before', async t => {
  const { port, learn } = await openReceiver(t)
  const waiting = learn()
  const beganNs = monotonicNs()
  assert.equal(await sendWebhook(port, { ...FAILED, orderId: 'b' }), 204)
  assert.equal(await sendWebhook(port, FAILED), 204)
  const told = await waiting
  assert.deepEqual([told.says, told.reason, told.requests], ['failed', 'out-of-stock', 1])
  assert.ok(told.atNs > beganNs && told.atNs < monotonicNs())
  const acceptedNs = monotonicNs()
  const early = await learn()
  assert.equal(early.says, 'failed')
  assert.ok(early.atNs >= acceptedNs)
})

test('a webhook that comes again is counted, and the first one stays', async t => {
  const { port, learn } = await openReceiver(t)
  const waiting = learn()
  await sendWebhook(port, FAILED)
  const told = await waiting
  const { atNs } = told
  assert.equal(await sendWebhook(port, { orderId: 'a', status: 'reserved' }), 204)
  assert.deepEqual(told, { says: 'failed', reason: 'out-of-stock', atNs, requests: 2 })
})

test('what is not genuine is answered 401, what says no outcome of its order 400, and neither tells anybody', async t => {
  const { port, learn } = await openReceiver(t)
  const body = JSON.stringify(FAILED)
  const old = signedHeaders(KEY, 'a', body, Date.now() - 600_000)
  assert.equal(await sendWebhook(port, FAILED, webhookKey(`whsec_${Buffer.alloc(32, 4).toString('base64')}`)), 401)
  assert.equal(await post(port, body, {}), 401)
  assert.equal(await post(port, body, old), 401)
  assert.equal(await post(port, `${body} `, signedHeaders(KEY, 'a', body)), 401)
  assert.equal(await post(port, body, signedHeaders(KEY, 'b', body)), 400)
  assert.equal(await sendWebhook(port, { ...FAILED, status: 'pending' }), 400)
  assert.equal(await post(port, 'a', signedHeaders(KEY, 'a', 'a')), 400)
  const { says, requests } = await learn(20)
  assert.deepEqual([says, requests], [undefined, 0])
})

test('who is never told gives up, and who is stopped ends at once', async t => {
  const { learn } = await openReceiver(t)
  assert.equal((await learn(20)).says, undefined)
  const stop = new AbortController()
  const stopped = learn(60_000, stop.signal)
  stop.abort()
  assert.equal((await stopped).says, undefined)
})

test('a load whose clients are told by webhooks says what each was told, and listens no more when it is done', async t => {
  const port = await leasePort(t)
  await using target = await startTarget(({ number, answer }) =>
    answer(number === 0 ? 503 : 202, { status: 'pending' }),
  )
  const orders = planOrders({ seed: 1, runId: `webhook-${process.pid}`, count: 5 })
  const load = runLoad({
    orders,
    ordersPerSecond: 500,
    target,
    deadlineMs: 5_000,
    follow: { by: 'webhook', port, secret: SECRET, giveUpMs: 30_000 },
    onProgress({ hasLanded }) {
      // The load may end before the one of the order that was refused.
      if (hasLanded) for (const { orderId } of orders) sendWebhook(port, { ...FAILED, orderId }).catch(() => {})
    },
  })
  const { attempts } = await load
  assert.equal(attempts.filter(({ learned }) => learned?.says === 'failed').length, 4)
  await assert.rejects(sendWebhook(port, FAILED))
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { isGenuine, webhookKey } from '../contracts/webhook-signature.ts'
import { ordersTables } from '../stores/orders.ts'
import { openStore } from '../stores/store.ts'
import { webhooksTables } from '../stores/webhooks.ts'
import { placeOrder } from '../workflow/place-order.ts'
import { type OrderOutcome, recordOutcome } from '../workflow/record-outcome.ts'
import { readConfig } from './config.ts'
import { createHealth } from './health.ts'
import { createLog } from './log.ts'
import { createOccupancy } from './occupancy.ts'
import { createOrderWatch } from './order-watch.ts'
import { startWebhooks, webhookSettings } from './webhooks.ts'

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
const RESERVED: OrderOutcome = { status: 'reserved' }

type Delivery = { headers: IncomingHttpHeaders; url: string | undefined; body: string }
/** Answers the nth delivery, counted from 1. */
type Answers = (response: ServerResponse, nth: number) => void

const status =
  (code: number): Answers =>
  response =>
    void response.writeHead(code).end()

async function startReceiver(t: TestContext, answers: Answers) {
  const deliveries: Delivery[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', chunk => (body += chunk))
    request.on('end', () => answers(response, deliveries.push({ headers: request.headers, url: request.url, body })))
  })
  const listen = async (port = 0): Promise<number> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const port = await listen()
  t.after(() => (server.listening ? close() : undefined))
  const ids = () => deliveries.map(({ headers }) => headers['webhook-id'])
  return { url: `http://127.0.0.1:${port}/told?by=lab`, deliveries, ids, close, listen: () => listen(port) }
}

async function openService(t: TestContext, environment: Record<string, string>, folder?: string) {
  const own = folder ?? mkdtempSync(join(tmpdir(), 'lab-webhooks-'))
  if (folder === undefined) t.after(() => rmSync(own, { recursive: true }))
  const config = readConfig(webhookSettings, environment)
  const watch = createOrderWatch()
  const isOn = config.WEBHOOK_URL !== undefined
  const store = openStore(own, 'orders', db => ({ ...watch.over(ordersTables(db)), ...webhooksTables(db, isOn) }))
  const closing = new AbortController()
  const health = createHealth()
  const parts = { log: createLog('test', 'silent'), health, occupancy: createOccupancy(), closing: closing.signal }
  let isOpen = true
  const webhooks = await startWebhooks({ ...parts, config, store, watch }).catch(error => {
    store.close()
    throw error
  })
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    closing.abort()
    await webhooks.ended
    store.close()
  }
  t.after(close)
  return {
    folder: own,
    close,
    problem: () => health.view().problems.webhooks,
    isHealthy: () => health.view().healthy,
    async decide(orderId: string, outcome: OrderOutcome) {
      const order = { orderId, userId: 'ada', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
      await store.transact(tx => placeOrder(tx, order, { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }))
      await store.transact(tx => recordOutcome(tx, orderId, outcome))
    },
    untilDue: (count: number) =>
      waitFor(() => store.peek.countWebhooks() === count, {
        deadlineMs: 30_000,
        everyMs: 5,
        what: `${count} to be due`,
      }),
  }
}

test('each outcome is told once to a receiver that takes it, signed, with the id of the order', async t => {
  const receiver = await startReceiver(t, status(204))
  const service = await openService(t, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET })
  await service.decide('one', RESERVED)
  await service.decide('other', { status: 'failed', reason: 'out-of-stock' })
  await service.untilDue(0)
  const told = receiver.deliveries.map(({ headers, body }) => [headers['webhook-id'], JSON.parse(body)])
  assert.deepEqual(told, [
    ['one', { orderId: 'one', status: 'reserved' }],
    ['other', { orderId: 'other', status: 'failed', reason: 'out-of-stock' }],
  ])
  for (const { headers, url, body } of receiver.deliveries) {
    assert.ok(isGenuine(webhookKey(SECRET), headers, body))
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(url, '/told?by=lab')
  }
  assert.equal(service.problem(), undefined)
})

test('a receiver that fails twice is told in the end, and then no more', async t => {
  const receiver = await startReceiver(t, (response, nth) => status(nth <= 2 ? 500 : 204)(response, nth))
  const service = await openService(t, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET })
  await service.decide('one', RESERVED)
  await service.untilDue(0)
  assert.deepEqual(receiver.ids(), ['one', 'one', 'one'])
  await service.decide('other', RESERVED)
  await service.untilDue(0)
  assert.deepEqual(receiver.ids(), ['one', 'one', 'one', 'other'])
})

test('410 ends the webhook of one order, and others are told', async t => {
  const receiver = await startReceiver(t, (response, nth) => status(nth === 1 ? 410 : 200)(response, nth))
  const service = await openService(t, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET })
  await service.decide('one', RESERVED)
  await service.untilDue(0)
  await service.decide('other', RESERVED)
  await service.untilDue(0)
  assert.deepEqual(receiver.ids(), ['one', 'other'])
})

test('a redirect is not followed: it is an answer like any other that is no success', async t => {
  const other = await startReceiver(t, status(204))
  const receiver = await startReceiver(t, (response, nth) =>
    nth === 1 ? void response.writeHead(307, { location: other.url }).end() : status(204)(response, nth),
  )
  const service = await openService(t, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET })
  await service.decide('one', RESERVED)
  await service.untilDue(0)
  assert.deepEqual([receiver.ids(), other.ids()], [['one', 'one'], []])
})

test('one webhook that fails each time does not keep others from being told', async t => {
  const failing = (body: string) => body.includes('"one"')
  const receiver = await startReceiver(t, (response, nth) =>
    status(failing(receiver.deliveries[nth - 1]?.body ?? '') ? 500 : 204)(response, nth),
  )
  const service = await openService(t, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET })
  await service.decide('one', RESERVED)
  for (let nth = 0; nth < 20; nth++) await service.decide(`other-${nth}`, RESERVED)
  await service.untilDue(1)
  assert.equal(receiver.ids().filter(id => id !== 'one').length, 20)
  assert.equal(service.problem(), '1 due: the receiver answered 500')
})

test('while the receiver is away health says how many are due and stays green; they are kept over a restart', async t => {
  const receiver = await startReceiver(t, status(204))
  await receiver.close()
  const environment = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET }
  const service = await openService(t, environment)
  for (const orderId of ['one', 'other']) await service.decide(orderId, RESERVED)
  const isTold = () => service.problem()?.startsWith('2 due: ')
  await waitFor(isTold, { deadlineMs: 30_000, everyMs: 5, what: 'health to say how many are due' })
  assert.ok(service.isHealthy())
  await service.close()

  const off = await openService(t, {}, service.folder)
  assert.equal(off.problem(), '2 due; set WEBHOOK_URL, and they are sent')
  await off.decide('unheard', RESERVED)
  await off.untilDue(2)
  await off.close()

  await receiver.listen()
  const again = await openService(t, environment, service.folder)
  await again.untilDue(0)
  assert.deepEqual(new Set(receiver.ids()), new Set(['one', 'other']))
  const isQuiet = () => again.problem() === undefined
  await waitFor(isQuiet, { deadlineMs: 30_000, everyMs: 5, what: 'health to say nothing' })
})

test('a receiver that does not answer has sixteen webhooks at once, and is told again of those', async t => {
  let open = 0
  let most = 0
  const receiver = await startReceiver(t, (response, nth) => {
    most = Math.max(most, ++open)
    response.once('close', () => open--)
    if (nth > 16) status(204)(response, nth)
  })
  await receiver.close()
  const environment = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET }
  const before = await openService(t, environment)
  for (let nth = 0; nth < 20; nth++) await before.decide(`order-${nth}`, RESERVED)
  await before.close()
  await receiver.listen()
  const service = await openService(t, environment, before.folder)
  const hasPassed = () => service.problem()?.endsWith(' due: the deadline of 3000 ms has passed')
  await waitFor(hasPassed, { deadlineMs: 30_000, everyMs: 5, what: 'the deadline to pass' })
  await service.untilDue(0)
  assert.deepEqual([most, receiver.ids().length], [16, 36])
})

test('a receiver without a secret is refused, and a wrong setting in one sentence that does not show a secret', async t => {
  await assert.rejects(openService(t, { WEBHOOK_URL: 'http://127.0.0.1:1/' }), {
    name: 'ConfigError',
    message: /^WEBHOOK_SECRET is not set/,
  })
  for (const wrong of ['ftp://127.0.0.1/', '127.0.0.1:80', 'http://ada:secret@127.0.0.1/'])
    assert.throws(() => readConfig(webhookSettings, { WEBHOOK_URL: wrong }), {
      message: 'WEBHOOK_URL is wrong; expected a full http:// or https:// address without a user',
    })
  assert.throws(() => readConfig(webhookSettings, { WEBHOOK_SECRET: 'whsec_nearly' }), {
    message: 'WEBHOOK_SECRET is wrong; expected whsec_ and then 24 to 64 random bytes as base64',
  })
})

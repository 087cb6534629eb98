import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { inspector, model } from '../testing/sample-runtime.ts'
import { openEvidenceFeed } from './evidence-feed.ts'

type Tables = Record<string, { seq: number }[]>

/** One service that holds all tables. */
async function open(t: TestContext, tables: Tables) {
  const requested: string[] = []
  let isDown = false
  let canAnswer = true
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://service')
    requested.push(`${pathname}?after=${searchParams.get('after')}`)
    if (isDown) return void response.writeHead(503).end('{}')
    const after = Number(searchParams.get('after'))
    const left = (tables[pathname] ?? []).filter(({ seq }) => seq > after)
    const rows = left.slice(0, 2)
    response.end(JSON.stringify({ rows, next: left.length > 2 ? rows.at(-1)?.seq : null, onTheirWay: 0 }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const feed = openEvidenceFeed({ model, runtime: { url }, inspector, canAnswer: () => canAnswer })
  return {
    feed,
    requested,
    setDown: (down: boolean) => void (isDown = down),
    setCanAnswer: (can: boolean) => void (canAnswer = can),
  }
}

const order = (seq: number, status: 'pending' | 'reserved', notification: 'pending' | 'sent' | null = null) => ({
  seq,
  orderId: `order-${seq}`,
  userId: 'ada',
  kitchenId: 'main',
  status,
  reason: null,
  notification,
  correlationId: `order-${seq}`,
  placedNs: seq,
  placedKeptNs: null,
  decidedNs: null,
  decidedKeptNs: null,
})
const sent = (seq: number) => ({ seq, orderId: `order-${seq}`, userId: 'ada', sentNs: seq, keptNs: null })

test('what was read is read no more, but for orders from the first one on that was not final', async t => {
  const orders = [order(1, 'reserved', 'sent'), order(2, 'pending'), order(3, 'reserved', 'sent')]
  const tables = { '/orders': orders, '/notifications': [sent(1)] }
  const { feed, requested } = await open(t, tables)
  await feed.read(false)
  assert.deepEqual(
    feed.evidence.orders.map(({ status }) => status),
    ['reserved', 'pending', 'reserved'],
  )
  orders[1] = order(2, 'reserved', 'pending')
  orders.push(order(4, 'pending'))
  tables['/notifications'].push(sent(2))
  requested.length = 0
  await feed.read(false)
  assert.deepEqual(requested, [
    '/notifications?after=1',
    '/orders?after=1',
    '/orders?after=3',
    '/inventory/decisions?after=0',
  ])
  assert.deepEqual(
    feed.evidence.orders.map(({ seq, status }) => [seq, status]),
    [
      [1, 'reserved'],
      [2, 'reserved'],
      [3, 'reserved'],
      [4, 'pending'],
    ],
  )
  assert.equal(feed.evidence.notifications.length, 2)
})

test('a service that cannot answer keeps what it was known to hold, and is read on when it can', async t => {
  const tables = { '/orders': [order(1, 'pending')] }
  const { feed, setDown } = await open(t, tables)
  await feed.read(true)
  setDown(true)
  tables['/orders'].push(order(2, 'pending'))
  await feed.read(true)
  assert.equal(feed.evidence.orders.length, 1)
  setDown(false)
  await feed.read(true)
  assert.equal(feed.evidence.orders.length, 2)
})

test('a service that cannot answer now is not asked', async t => {
  const { feed, requested, setCanAnswer } = await open(t, {})
  setCanAnswer(false)
  await feed.read(true)
  assert.deepEqual(requested, [])
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { monotonicNs } from '#common/contracts/clock.ts'
import { createProgressProbe } from './progress-probe.ts'
import { sampleInspector, sampleRuntime } from '../testing/sample-runtime.ts'
import type { Model } from '../experiment/model.ts'

const model: Model = {
  name: 'made',
  services: [],
  brokers: [],
  features: [],
  entry: 'all',
  evidence: { orders: 'all', inventory: 'all', notifications: 'all' },
  durability: 'nowhere',
  defaultConcurrency: 64,
  connect: async () => sampleInspector(),
  remove: async () => {},
}

test('a probe counts new rows, sees the load, and keeps its counts while a service is down', async t => {
  const held = { '/inventory/decisions': 1_500, '/notifications': 3 }
  const asked: string[] = []
  let down = false
  const server = createServer(({ url = '' }, response) => {
    asked.push(url)
    const { pathname, searchParams } = new URL(url, 'http://service')
    const after = Number(searchParams.get('after'))
    const limit = Number(searchParams.get('limit'))
    const count = held[pathname as keyof typeof held]
    const rows = Array.from({ length: Math.min(limit, count - after) }, (_, index) => ({ seq: after + index + 1 }))
    if (down) response.socket?.destroy()
    else response.end(JSON.stringify({ rows, next: rows.length < limit ? null : rows.at(-1)?.seq }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const failing = () => Promise.reject(new Error('the broker is gone'))
  const inspector = { ...sampleInspector(), depths: failing, deadLetters: failing }
  const progressProbe = createProgressProbe({
    model,
    runtime: sampleRuntime(`http://127.0.0.1:${port}`),
    inspector,
    nowNs: monotonicNs,
  })

  const before = await progressProbe.probe()
  assert.deepEqual([before.elapsedMs, before.started, before.loadDone], [0, 0, false])
  assert.deepEqual([before.decided, before.notified, before.deadLetters, before.depths], [1_500, 3, 0, {}])

  held['/inventory/decisions'] = 1_501
  progressProbe.started({ originNs: monotonicNs() - 2e9, planned: 9, started: 7, answered: 6, unanswered: 1 })
  asked.length = 0
  const later = await progressProbe.probe()
  assert.deepEqual([later.decided, later.started], [1_501, 7])
  assert.ok(later.elapsedMs >= 2_000)
  assert.ok(asked.includes('/inventory/decisions?after=1500&limit=1000'), asked.join())

  down = true
  progressProbe.loadDone()
  const dark = await progressProbe.probe()
  assert.deepEqual([dark.decided, dark.notified, dark.loadDone], [1_501, 3, true])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicNs, readClock } from '#common/contracts/clock.ts'
import { model, startService } from '../testing/sample-runtime.ts'
import { chooseLoadOrigin } from './load-origin.ts'

const AHEAD_NS = 3_600e9
const nearby = { always: false, url: () => 'http://inside', runLoad: () => assert.fail('no load here') }
const elsewhere = () => startService(() => ({ monotonicNs: monotonicNs() + AHEAD_NS, bootId: 'another' }))

test('services with the clock of this kernel are loaded from a thread, and agree with it', async () => {
  await using service = await startService(() => readClock())
  const loadOrigin = await chooseLoadOrigin(model, { ...service.runtime, nearby })
  assert.equal(loadOrigin.origin, 'thread')
  assert.equal(loadOrigin.url('any'), service.runtime.url('any'))
  assert.ok(loadOrigin.agrees(readClock().bootId))
})

test('services with another clock are loaded from beside them, and now is on their clock', async () => {
  await using service = await elsewhere()
  const loadOrigin = await chooseLoadOrigin(model, { ...service.runtime, nearby })
  assert.equal(loadOrigin.origin, 'container')
  assert.equal(loadOrigin.url('any'), 'http://inside')
  assert.ok(Math.abs(loadOrigin.nowNs() - monotonicNs() - AHEAD_NS) < 1e9)
  assert.ok(loadOrigin.agrees('another') && !loadOrigin.agrees(readClock().bootId))
})

test('where the runtime has no generator beside them, they are loaded from here and do not agree', async () => {
  await using service = await elsewhere()
  const loadOrigin = await chooseLoadOrigin(model, service.runtime)
  assert.equal(loadOrigin.origin, 'thread')
  assert.ok(!loadOrigin.agrees(readClock().bootId))
})

test('a generator beside the services can be required, and then now is exact', async () => {
  await using service = await startService(() => readClock())
  const loadOrigin = await chooseLoadOrigin(model, { ...service.runtime, nearby: { ...nearby, always: true } })
  assert.equal(loadOrigin.origin, 'container')
  const before = monotonicNs()
  const now = loadOrigin.nowNs()
  assert.ok(before <= now && now <= monotonicNs())
})

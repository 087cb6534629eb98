import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicNs } from '#common/contracts/clock.ts'
import { createProgressProbe } from './observations.ts'
import { model, sampleInspector, startService } from '../testing/sample-runtime.ts'

test('a probe counts new rows, sees the load, and keeps its counts while a service is down', async () => {
  const held = { '/inventory/decisions': 1_500, '/notifications': 3 }
  let down = false
  await using service = await startService((path, after, limit) => {
    const count = held[path as keyof typeof held]
    const rows = Array.from({ length: Math.min(limit, count - after) }, (_, index) => ({ seq: after + index + 1 }))
    return down ? undefined : { rows, next: rows.length < limit ? null : rows.at(-1)?.seq }
  })
  const { requests, runtime } = service
  const failing = () => Promise.reject(new Error('the broker is gone'))
  const inspector = { ...sampleInspector(), depths: failing, deadLetters: failing }
  const progressProbe = createProgressProbe({ model, runtime, inspector, nowNs: monotonicNs })

  const before = await progressProbe.probe()
  assert.deepEqual([before.elapsedMs, before.started, before.loadDone], [0, 0, false])
  assert.deepEqual([before.decided, before.notified, before.deadLetters, before.depths], [1_500, 3, 0, {}])

  held['/inventory/decisions'] = 1_501
  progressProbe.started({ originNs: monotonicNs() - 2e9, planned: 9, started: 7, answered: 6, unanswered: 1 })
  requests.length = 0
  const later = await progressProbe.probe()
  assert.deepEqual([later.decided, later.started], [1_501, 7])
  assert.ok(later.elapsedMs >= 2_000)
  assert.ok(requests.includes('/inventory/decisions?after=1500&limit=1000'), requests.join())

  down = true
  progressProbe.loadDone()
  const dark = await progressProbe.probe()
  assert.deepEqual([dark.decided, dark.notified, dark.loadDone], [1_501, 3, true])
})

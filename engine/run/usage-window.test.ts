import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { openUsageWindow } from './usage-window.ts'
import { historyOf, type SampleTimeline, served } from '../testing/sample-timelines.ts'
import type { Host } from '../experiment/runtime.ts'
import type { Progress } from '../experiment/steps.ts'

const host: Host = {
  dataFolder: tmpdir(),
  processes: () => [{ name: 'all', kind: 'service', pids: [process.pid] }],
}

const view = (decided: number, notified: number): Progress => {
  const nothing = { elapsedMs: 0, loadDone: true, started: 0, deadLetters: 0, depths: {} }
  return { ...nothing, decided, notified, running: () => true, deaths: () => 0 }
}

type Own = { quiescenceMs?: number; until?(view: Progress): boolean; host?: Host; unprepared?: boolean }

/** A window over a load of three orders, one of them refused; `looks` is what is seen from its end on, the last for ever. */
async function ended(looks: Progress[], own: Own = {}) {
  let seen = 0
  const window = openUsageWindow({
    variant: { measuresUsage: true, quiescenceMs: own.quiescenceMs ?? 60_000, completeWhen: own.until },
    runtime: { host: 'host' in own ? own.host : host },
    probe: async () => looks[Math.min(seen++, looks.length - 1)] ?? assert.fail('nothing to see'),
    signal: new AbortController().signal,
  })
  if (!own.unprepared) await window.prepare()
  await window.begin(0)
  const refused: SampleTimeline = { atMs: 0, answer: '503 inventory-unavailable', answeredMs: 1 }
  const measuresUsage = await window.end(historyOf([served(0, 5), served(1, 5), refused]).attempts)
  return { measuresUsage: measuresUsage ?? assert.fail('it was asked for'), seen }
}

test('the window ends when the accepted orders are decided, and a second probe finds no more notified', async () => {
  const { measuresUsage, seen } = await ended([view(1, 0), view(1, 0), view(2, 1), view(2, 2), view(2, 2), view(3, 3)])
  assert.equal(seen, 5)
  assert.ok('before' in measuresUsage)
  assert.ok(measuresUsage.before.atNs <= measuresUsage.after.atNs)
  assert.equal(measuresUsage.before.uses[0]?.use?.began, measuresUsage.after.uses[0]?.use?.began)
})

test('the window lasts until what the variant waits for has come', async () => {
  let asked = 0
  const { seen } = await ended([view(2, 2)], { until: () => ++asked === 3 })
  assert.deepEqual([asked, seen], [3, 4])
})

test('measuresUsage are unknown when orders are still undecided at the deadline', async () => {
  const { measuresUsage } = await ended([view(1, 1)], { quiescenceMs: 1 })
  assert.deepEqual(measuresUsage, { unknown: 'not every order was decided in time' })
})

test('measuresUsage are unknown where services are no processes of this machine', async () => {
  const { measuresUsage, seen } = await ended([view(2, 2)], { host: undefined })
  assert.deepEqual([measuresUsage, seen], [{ unknown: 'not measured in containers' }, 0])
})

test('a disk whose earlier work was not synced away says nothing', async () => {
  const { measuresUsage } = await ended([view(2, 2)], { unprepared: true })
  assert.ok('before' in measuresUsage)
  assert.equal(measuresUsage.before.device, null)
})

test('a folder that cannot be synced stops nothing', async () => {
  const { measuresUsage } = await ended([view(2, 2)], { host: { ...host, dataFolder: '/nothing/here' } })
  assert.ok('before' in measuresUsage)
  assert.deepEqual([measuresUsage.before.device, measuresUsage.after.device], [null, null])
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { watchOccupancy } from './occupancy.ts'

const body = (busyNs: number) => ({
  atNs: 1,
  loop: { busyNs },
  places: [],
  syncs: { busyNs: 0, count: 0 },
  sends: null,
})

/** Answers with what `answer` gives for each request, counted from 1. */
async function service(t: TestContext, answer: (nth: number) => unknown): Promise<string> {
  let nth = 0
  const server = createServer((_, response) => response.end(JSON.stringify(answer(++nth))))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const services = ['told', 'nonsense', 'gone'].map(name => ({
  name,
  role: 'order' as const,
  port: 0,
  environment: () => ({}),
}))

async function watch(t: TestContext, { measuresUsage = true, signal = t.signal } = {}) {
  const urls: Record<string, string> = {
    told: await service(t, nth => body(nth)),
    nonsense: await service(t, () => ({ atNs: 'now' })),
    gone: 'http://127.0.0.1:1',
  }
  const own = { name: 'told', kind: 'service' as const, pids: [process.pid] }
  const none = { name: 'kafka', kind: 'broker' as const, pids: [] }
  const host = { dataFolder: '', processes: () => [own, none] }
  const runtime = { url: (name: string) => urls[name] ?? '', host }
  return watchOccupancy({ variant: { measuresUsage }, model: { services }, runtime, inMs: 0, forMs: 50, signal })
}

test('services are read at both ends of the window; one that tells nothing or does not answer is null', async t => {
  const { before, after, othersCores, cores } = (await watch(t)) ?? assert.fail()
  const told = ({ services }: typeof before) => services.map(({ occupancy }) => occupancy?.loop.busyNs ?? null)
  assert.deepEqual(
    [told(before), told(after)],
    [
      [1, null, null],
      [2, null, null],
    ],
  )
  assert.ok(after.atNs > before.atNs)
  assert.ok((after.cpu[0]?.seconds ?? 0) > 0)
  assert.equal(after.cpu[1]?.seconds, null)
  assert.equal(othersCores, null, 'a broker that is no process of the lab may be one of the others')
  assert.ok(cores >= 1)
})

test('nothing is read where usage is not measured, and a stopped run does not wait for the end of the window', async t => {
  assert.equal(await watch(t, { measuresUsage: false }), undefined)
  await assert.rejects(watch(t, { signal: AbortSignal.abort() }), { name: 'AbortError' })
})

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { closedPort, startTarget } from '../testing/load-target.ts'
import type { Target } from './send.ts'
import { type EndlessJob, type News, openEndlessLoad } from './endless.ts'

let run = 0

function open(t: TestContext, { url, path }: Target, job: Partial<EndlessJob> = {}) {
  const news: News = { planned: [], started: [], ended: [] }
  const load = openEndlessLoad(
    {
      target: { url, path },
      deadlineMs: 5_000,
      seed: 1,
      runId: `endless-${process.pid}-${run++}`,
      mix: {},
      most: 10_000,
      ...job,
    },
    more => {
      news.planned.push(...more.planned)
      news.started.push(...more.started)
      news.ended.push(...more.ended)
    },
  )
  t.after(() => load.close())
  const until = (count: number) =>
    waitFor(async () => news.started.length >= count, { deadlineMs: 30_000, what: `${count} orders to be sent` })
  return { load, news, until }
}

test('orders are sent from the moment that there is a rate, each once, and none after the stop', async t => {
  await using target = await startTarget(({ answer }) => answer(201, {}))
  const { load, news, until } = open(t, target)
  await load.flush()
  assert.equal(news.started.length, 0)
  load.setRate(500)
  await until(100)
  const { connections } = await load.stop()
  assert.ok(connections.opened > 0)
  assert.deepEqual(
    news.started.map(({ index }) => index),
    news.planned.map(({ index }) => index),
  )
  assert.equal(new Set(target.keys()).size, news.planned.length)
  assert.equal(news.ended.length, news.planned.length)
  assert.deepEqual(target.bodyOf(news.planned[3]?.idempotencyKey), {
    userId: news.planned[3]?.userId,
    kitchenId: news.planned[3]?.kitchenId,
    items: news.planned[3]?.items,
  })
})

test('starts are due at equal distances, whatever the rate was before', async t => {
  await using target = await startTarget(({ answer }) => answer(201, {}))
  const { load, news, until } = open(t, target)
  load.setRate(200)
  await until(10)
  load.setRate(100)
  await load.flush()
  const fast = news.started.length
  await until(fast + 5)
  await load.stop()
  const slow = news.started.slice(fast)
  assert.ok(slow.slice(1).every(({ plannedNs }, nth) => Math.abs(plannedNs - (slow[nth]?.plannedNs ?? 0) - 10e6) < 1))
  assert.ok(news.started.every(({ plannedNs, startedNs }) => startedNs >= plannedNs))
})

test('a burst starts at one moment, at any rate, and the load ends at its most', async t => {
  await using target = await startTarget(({ answer }) => answer(201, {}))
  const { load, news } = open(t, target, { most: 30 })
  load.burst(50)
  const { due } = await load.stop()
  assert.deepEqual([news.started.length, due], [30, 50])
  assert.equal(new Set(news.started.map(({ plannedNs }) => plannedNs)).size, 1)
})

test('an attempt without an answer is unknown after its deadline, and one without a connection was refused', async t => {
  await using silent = await startTarget(() => undefined)
  const unheard = open(t, silent, { deadlineMs: 50 })
  unheard.load.burst(3)
  await unheard.load.stop()
  assert.deepEqual(
    unheard.news.ended.map(({ answer }) => answer.kind),
    ['deadline', 'deadline', 'deadline'],
  )
  const closed = open(t, { url: `http://127.0.0.1:${await closedPort()}`, path: '/order' })
  closed.load.burst(2)
  await closed.load.stop()
  assert.deepEqual(
    closed.news.ended.map(({ answer }) => answer.kind),
    ['refused', 'refused'],
  )
})

test('a load whose thread has ended says so to whoever waits for it', async t => {
  await using target = await startTarget(({ answer }) => answer(201, {}))
  const { load } = open(t, target)
  await load.close()
  await assert.rejects(load.stop(), { message: 'The load generator has ended.' })
})

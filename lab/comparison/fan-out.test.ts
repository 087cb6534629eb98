// Readers beside the services: the check of what they read, what one more costs, and that on the real models they read what is decided.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Agent } from 'undici'
import { anOrder, place } from '#conformance/client.ts'
import { decided } from '#conformance/order-facts.ts'
import { startSystem, STOCK } from '#conformance/test-system.ts'
import type { Followed, FurtherReaderOperations, FurtherReading } from '#engine/experiment/further-readers.ts'
import { digestOf } from '#engine/experiment/new-reader.ts'
import type { History } from '#engine/run/history.ts'
import { historyOf, ns, served } from '#engine/testing/sample-timelines.ts'
import { startService } from '#engine/testing/sample-runtime.ts'
import { readerQueue } from '../../async-rabbitmq/messaging/topology.ts'
import { asyncRabbitmq } from '../../async-rabbitmq/lab/model.ts'
import { openBrowser } from '../../async-rabbitmq/tests/support/system.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { readOn } from '../../sync-rest/lab/operations.ts'
import { models } from '../session/registry.ts'
import { fanOut, ONE_MORE_READER, slopeThrough } from './scenarios/fan-out.ts'

const ORDERS = 40
const SETTINGS = { ...fanOut.profiles.quick, warmUpOrders: 10 }

/** Each was decided 5 ms after it was requested, and the last reader had it another 20 ms later. */
function historyWith(readers: readonly Partial<Followed>[], joinedMs = -10): History {
  const history = historyOf(
    Array.from({ length: ORDERS }, (_, index) => served(index * 10, 10)),
    { warmUpOrders: 10 },
  )
  const { decisions } = history.evidence
  const all = { orders: ORDERS, digest: digestOf(decisions.map(({ orderId, outcome }) => [orderId, outcome.status])) }
  const result: FurtherReading = {
    joinedNs: ns(joinedMs),
    readers: readers.map(own => ({ ...all, ...own })),
    lastNs: decisions.map(({ orderId, decidedNs }) => [orderId, decidedNs + 20e6]),
  }
  history.executedSteps.push({ atNs: ns(500), doneNs: ns(510), action: 'await-readers', target: 'broker', result })
  return history
}

function disruptionOf(readers: number) {
  const disruption = fanOut.disrupt(syncRest, SETTINGS, { readers })
  assert.ok(typeof disruption !== 'string')
  return disruption
}

function judged(history: History) {
  const { verdict, detail } = disruptionOf(2).seen[0]?.(history) ?? assert.fail()
  return [verdict, detail]
}

test('readers that read every order as it was decided are valid; one that lacks an order, or has another outcome, is not', () => {
  assert.deepEqual(judged(historyWith([{}, {}])), [
    'valid',
    'Each of 2 readers read the outcomes of 40 orders, each as it was decided.',
  ])
  assert.deepEqual(judged(historyWith([{}, { orders: 39, digest: 'of fewer' }])), [
    'invalid',
    'Reader 2 of 2 read 39 orders, where 40 were decided.',
  ])
  assert.deepEqual(judged(historyWith([{ digest: 'of another outcome' }, {}])), [
    'invalid',
    'Reader 1 of 2 read another outcome or another order, where 40 were decided.',
  ])
})

test('of readers that joined late, gave up or were not asked nothing is known', () => {
  assert.deepEqual(judged(historyWith([{}, { orders: 39, digest: 'of fewer', problem: 'the channel was lost' }])), [
    'unknown',
    'One of them gave up: the channel was lost.',
  ])
  assert.deepEqual(judged(historyWith([{}, {}], 6)), ['unknown', 'They joined when an order had been decided.'])
  const unasked = { ...historyWith([{}, {}]), executedSteps: [] }
  assert.deepEqual(judged(unasked), ['unknown', 'What was read is not known.'])
})

test('without further readers nothing is judged that could not have failed', () => {
  assert.deepEqual(disruptionOf(0).seen, [])
})

test('that all have an outcome counts from its decision, of the orders that are measured', () => {
  const measures = disruptionOf(2).measures?.(historyWith([{}, {}])) ?? []
  const valueOf = (name: string) => measures.find(each => each.name === name)?.value
  assert.deepEqual([valueOf('further readers'), valueOf('read by all p50')], [2, 20])
  assert.equal(
    measures.find(({ name }) => name === 'read by all p99')?.note,
    '0 of 30 samples lie beyond p99; ten are needed',
  )
})

const rounded = (found: ReturnType<typeof slopeThrough>) =>
  found && [found.value, found.low, found.high].map(each => Number(each.toFixed(3)))

test('the slope is that of the line with the least squares, within what its points leave open', () => {
  assert.deepEqual(rounded(slopeThrough([0, 1, 2, 5, 10].map(x => [x, 3 + 2 * x] as const))), [2, 2, 2])
  const uneven = [1, 4, 2, 6, 5].map((y, x) => [x, y] as const)
  // The squares of its residuals add up to 7.2, so that its standard error is √(7.2 ÷ 3 ÷ 10).
  assert.deepEqual(rounded(slopeThrough(uneven)), [1, -0.559, 2.559])
  const two = uneven.slice(0, 2)
  assert.equal(slopeThrough(two), undefined)
})

const evaluated = (readers: number, cpu: number | null, verdict: 'valid' | 'invalid' = 'valid') => {
  const variant = `${readers} readers`
  const unknown = cpu === null && { note: 'it was not the same process' }
  return {
    variant: { name: variant },
    measures: [
      { variant, name: 'further readers', unit: '', value: readers },
      { variant, name: 'CPU', unit: 's/1,000 orders', value: cpu, ...unknown },
    ],
    checks: [{ name: 'all-read', verdict, detail: '' }],
  }
}

test('what one more reader costs belongs to the run without any, and is not known where a run is not', () => {
  const costOf = (results: Parameters<NonNullable<typeof fanOut.acrossVariants>>[0]) =>
    fanOut.acrossVariants?.(results).find(({ name }) => name === ONE_MORE_READER)
  const base = { variant: '0 readers', name: ONE_MORE_READER, unit: 'ms/1,000 orders' }
  const runs = [evaluated(0, 3), evaluated(2, 3.5), evaluated(4, 4)]
  assert.deepEqual(costOf(runs), { ...base, value: 250 })
  const without = (note: string) => ({ ...base, value: null, note })
  assert.deepEqual(costOf(runs.slice(0, 2)), without('too few numbers of readers for a slope'))
  assert.deepEqual(
    costOf([evaluated(0, 3), evaluated(2, 4), evaluated(4, 3)]),
    without('not above zero beyond doubt: the slope is between -3,668 and 3,668'),
  )
  assert.deepEqual(costOf([evaluated(0, 3), evaluated(2, null)]), {
    ...base,
    value: null,
    note: 'it was not the same process',
  })
  assert.deepEqual(costOf([evaluated(0, 3), evaluated(2, 3.5, 'invalid')]), {
    ...base,
    value: null,
    note: 'a check was not valid',
  })
})

const COUNT = 30

for (const model of models)
  test(`${model.name}: further readers read each order live, as it was decided`, async t => {
    const system = await startSystem(t, model, { openingStock: STOCK })
    const { 'join-readers': join, 'await-readers': wait } = system.inspector.operations as FurtherReaderOperations
    await join({ count: 3 })
    const items = [{ sku: 'unicorn', quantity: 1 }]
    for (let index = 0; index < COUNT; index++)
      await place(system, anOrder(index % 3 === 0 ? { items } : {}), `key-${index}`)
    await decided(system)
    const { decisions } = await system.evidence()
    const { joinedNs, readers, lastNs } = await wait({ expected: COUNT })
    const digest = digestOf(decisions.map(({ orderId, outcome }) => [orderId, outcome.status]))
    assert.deepEqual(readers, Array(3).fill({ orders: COUNT, digest }))
    assert.ok(decisions.every(({ decidedNs }) => decidedNs > joinedNs))
    const last = new Map(lastNs)
    for (const { orderId, decidedNs } of decisions) assert.ok((last.get(orderId) ?? 0) > decidedNs, orderId)
  })

test('async-rabbitmq: the queues of further readers are removed with what else was made', async t => {
  const system = await startSystem(t, asyncRabbitmq)
  const { prefix } = system.deployment
  await system.inspector.operations['join-readers']({ count: 1 })
  const browser = await openBrowser(t)
  const { name } = readerQueue(prefix, 1)
  assert.equal(await browser.readyMessages(name), 0)
  await system.kill()
  await asyncRabbitmq.remove(system.deployment)
  assert.equal(await browser.readyMessages(name), undefined)
})

test('sync-rest: a reader reads on from the first order that was pending, and takes it when it is decided', async () => {
  const statuses = ['reserved', 'pending', 'failed', 'reserved', 'pending']
  const row = (seq: number) => ({
    seq,
    orderId: `order-${seq}`,
    userId: 'ada',
    kitchenId: 'main',
    status: statuses[seq - 1],
    reason: null,
    notification: null,
    correlationId: 'c',
    placedNs: 1,
    placedKeptNs: null,
    decidedNs: null,
    decidedKeptNs: null,
  })
  await using service = await startService((_path, after) => {
    const rows = statuses.map((_, index) => row(index + 1)).filter(({ seq }) => seq > after)
    return { rows: rows.slice(0, 2), next: rows.length > 2 ? rows[1]?.seq : null }
  })
  const connections = new Agent()
  const read = async (from: number) => {
    const taken: string[] = []
    const take = (orderId: string) => void taken.push(orderId)
    return { next: await readOn(`${service.runtime.url('')}/orders`, take, { connections, from }), taken }
  }
  assert.deepEqual(await read(0), { next: 1, taken: ['order-1', 'order-3', 'order-4'] })
  statuses[1] = 'reserved'
  assert.deepEqual(await read(1), { next: 4, taken: ['order-2', 'order-3', 'order-4'] })
  assert.deepEqual(service.requests.at(-1), '/orders?after=3&limit=1000')
  await connections.close()
})

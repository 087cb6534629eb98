import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { defineCheck, valid } from './checks/check.ts'
import { defineExperiment, type Variant } from './define.ts'
import type { History } from './history.ts'
import { madeLink } from './made-runtime.ts'
import type { Model } from './model.ts'
import { openProcesses } from './processes.ts'
import { runExperiment } from './run.ts'
import { at, heal } from './verbs.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** One service in place of all: it takes every order, holds no evidence, and dies at its start when it is told to. */
const SERVICE = `
import { createServer } from 'node:http'
import { readClock } from ${JSON.stringify(join(ROOT, 'common/kit/clock.ts'))}
const { PORT, TROUBLE, STATUS } = process.env
if (TROUBLE) {
  process.stderr.write(TROUBLE + '\\n')
  process.exit(2)
}
createServer(({ method, url }, response) => {
  const answer = { '/health': {}, '/clock': readClock() }[url] ?? { rows: [], next: null, onTheirWay: 0 }
  if (url === '/faults') response.writeHead(500)
  if (method === 'POST') response.writeHead(Number(STATUS ?? 202))
  response.end(JSON.stringify(answer))
}).listen(Number(PORT), '127.0.0.1')
`

const asked = defineCheck('asked', 'orders were asked', ({ attempts }) => valid(`${attempts.length} attempts`))
const throws = defineCheck('throws', 'never', () => {
  throw new Error('no idea')
})

const variant = (name: string, own: Partial<Variant> = {}): Variant => ({
  name,
  about: name,
  load: { orders: 20, ordersPerSecond: 200, deadlineMs: 1_000 },
  settleMs: 1_000,
  checks: [asked],
  ...own,
})

async function run(t: TestContext, variants: Variant[], signal = new AbortController().signal) {
  const folder = mkdtempSync(join(tmpdir(), 'run-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'all'))
  writeFileSync(join(folder, 'all', 'main.ts'), SERVICE)
  let removed = 0
  const model: Model = {
    name: relative(ROOT, folder),
    services: [{ name: 'all', role: 'order', port: 0, environment: () => ({}) }],
    brokers: [],
    features: [],
    entry: 'all',
    evidence: { orders: 'all', inventory: 'all', notifications: 'all' },
    durability: 'nowhere',
    connect: async () => madeLink(),
    remove: async () => void removed++,
  }
  const experiment = defineExperiment({
    model,
    title: 'Made',
    question: 'Does it end?',
    does: 'Little.',
    profiles: { quick: {}, full: {} },
    variants: () => variants,
    columns: [],
    compare: () => [{ name: 'compared', verdict: 'valid', detail: 'both' }],
    explain: results => [`${results.length} variants`],
  })
  const result = await runExperiment({
    name: 'made',
    experiment,
    profile: 'quick',
    open: openProcesses({ broker: {}, dataFolder: join(folder, 'data') }),
    lasting: {},
    runId: `made-${process.pid}`,
    seed: 1,
    folder: join(folder, 'run'),
    onProgress: () => {},
    signal,
  })
  return { result, removed: () => removed, folder: join(folder, 'run') }
}

test('each variant is run, judged and compared, and its history is kept', async t => {
  const { result, removed, folder } = await run(t, [variant('One row'), variant('other')])
  assert.equal(result.verdict, 'valid')
  assert.deepEqual(
    result.checks.map(check => [check.variant, check.name]),
    [
      ['One row', 'asked'],
      ['other', 'asked'],
      ['all', 'compared'],
    ],
  )
  assert.deepEqual(result.explanation, ['2 variants'])
  assert.equal(result.measures.find(({ name }) => name === 'asked')?.value, 20)
  assert.equal(removed(), 2)
  const { attempts } = JSON.parse(readFileSync(join(folder, 'one-row.history.json'), 'utf8')) as { attempts: unknown[] }
  assert.equal(attempts.length, 20)
})

test('a variant that cannot be finished does not stop the others, and the result says what was in the way', async t => {
  const dead = variant('dead', { environment: { all: { TROUBLE: 'all: the store is damaged' } } })
  const failing = variant('failing', { timeline: [at(0, heal('all'))] })
  const { result, removed, folder } = await run(t, [dead, failing, variant('alive')])
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.trouble, 'dead: all did not start: all: the store is damaged')
  assert.deepEqual(
    result.checks.map(check => check.variant),
    ['alive'],
  )
  assert.deepEqual(result.explanation, [])
  assert.equal(removed(), 3)
  assert.ok(!existsSync(join(folder, 'failing.history.json')))
})

test('a step that fails is named in the result', async t => {
  const { result } = await run(t, [variant('failing', { timeline: [at(0, heal('all'))] })])
  assert.match(result.trouble ?? '', /^failing: the step "heal all" failed: DELETE http:.* answered 500/)
})

test('what a variant costs is measured where it asks for it, from its first measured order on', async t => {
  const load = { orders: 20, warmUpOrders: 10, ordersPerSecond: 200, deadlineMs: 1_000 }
  const refused = { load, environment: { all: { STATUS: '409' } } }
  const { result, folder } = await run(t, [variant('costs', { ...refused, costs: true }), variant('free', refused)])
  const found = (variant: string, name: string) =>
    result.measures.find(measure => measure.variant === variant && measure.name === name)
  assert.equal(found('free', 'CPU'), undefined)
  assert.ok((found('costs', 'CPU')?.value ?? -1) >= 0, found('costs', 'CPU')?.note)
  assert.ok((found('costs', 'memory of services')?.value ?? 0) > 10, 'a process of Node holds more')
  assert.equal(found('costs', 'CPU of brokers')?.value, 0)
  const { costs, attempts } = JSON.parse(readFileSync(join(folder, 'costs.history.json'), 'utf8')) as History
  assert.ok(costs && 'before' in costs)
  assert.ok(costs.before.atNs >= (attempts[10]?.plannedNs ?? Infinity), 'the warm-up is not in it')
  assert.ok(costs.after.atNs >= Math.max(...attempts.map(({ answeredNs = Infinity }) => answeredNs)))
})

test('a step that fails is named also where costs are measured', async t => {
  const load = { orders: 20, warmUpOrders: 600, ordersPerSecond: 200, deadlineMs: 1_000 }
  const { result } = await run(t, [variant('failing', { load, costs: true, timeline: [at(0, heal('all'))] })])
  assert.match(result.trouble ?? '', /^failing: the step "heal all" failed/)
})

test('a threshold of an experiment is judged as a check, and one that is broken makes it invalid', async t => {
  const thresholds = ['asked >= 20', 'asked > 20 orders']
  const { result } = await run(t, [variant('one', { thresholds }), variant('other', { thresholds, leftOut: 'all' })])
  const judged = result.checks.filter(({ name }) => name.startsWith('threshold'))
  assert.deepEqual(
    judged.map(({ variant, verdict }) => [variant, verdict]),
    [
      ['one', 'valid'],
      ['one', 'invalid'],
      ['other', 'valid'],
      ['other', 'invalid'],
    ],
  )
  assert.equal(result.verdict, 'invalid')
  const leftOut = await run(t, [variant('other', { thresholds, leftOut: 'all' })])
  assert.equal(leftOut.result.verdict, 'valid')
})

test('a check that throws is unknown, and so is the experiment', async t => {
  const { result } = await run(t, [variant('one', { checks: [asked, throws] })])
  assert.equal(result.verdict, 'unknown')
  assert.match(result.checks.find(({ name }) => name === 'throws')?.detail ?? '', /no idea/)
  assert.deepEqual(result.explanation, [], 'sentences about what was not shown')
})

test('an interrupted experiment ends at once, and says so', async t => {
  const { result } = await run(t, [variant('one'), variant('other')], AbortSignal.abort())
  assert.deepEqual([result.trouble, result.verdict, result.checks], ['it was interrupted', 'unknown', []])
})

test('what is found where a safeguard is left out is shown, and is no part of the verdict', async t => {
  const broken = defineCheck('broken', 'never', () => ({ verdict: 'invalid', detail: 'one was lost' }))
  const without = variant('without the outbox', { checks: [broken], leftOut: 'outbox' })
  const { result } = await run(t, [variant('as it is'), without])
  assert.equal(result.verdict, 'valid')
  assert.deepEqual(
    result.checks.map(check => [check.variant, check.verdict]),
    [
      ['as it is', 'valid'],
      ['without the outbox', 'invalid'],
      ['all', 'valid'],
    ],
  )
  assert.equal(result.variants[1]?.leftOut, 'outbox')
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { monotonicNs } from '#common/contracts/clock.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import { defineCheck, valid } from '../checks/check.ts'
import { defineExperiment, type Variant } from '../experiment/define.ts'
import type { Model } from '../experiment/model.ts'
import { at, heal, type Step, type When } from '../experiment/steps.ts'
import { model as sampleModel } from '../testing/sample-runtime.ts'
import type { History } from './history.ts'
import { readHistoryFile } from './history-file.ts'
import { historyFile } from './result.ts'
import { runExperiment, variantId } from './run-experiment.ts'
import type { Profile } from './summary.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** One service in place of all: it takes every order, holds no evidence, and dies at its start when it is set to. */
const SERVICE = `
import { createServer } from 'node:http'
import { readClock } from ${JSON.stringify(join(ROOT, 'common/contracts/clock.ts'))}
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

const requested = defineCheck('requested', 'orders were requested', ({ attempts }) =>
  valid(`${attempts.length} attempts`),
)
const variant = (name: string, own: Partial<Variant> = {}): Variant => ({
  name,
  about: name,
  load: { orders: 20, ordersPerSecond: 200, deadlineMs: 1_000 },
  quiescenceMs: 1_000,
  checks: [requested],
  ...own,
})

type Also = { signal?: AbortSignal; begins?: number; profile?: Profile; warmUp?: Variant }

async function runSample(
  t: TestContext,
  variants: Variant[],
  { signal = new AbortController().signal, begins = 0, profile = 'quick', warmUp }: Also = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'run-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'all'))
  writeFileSync(join(folder, 'all', 'main.ts'), SERVICE)
  let removed = 0
  const lines: string[] = []
  const model: Model = {
    ...sampleModel,
    name: relative(ROOT, folder),
    remove: async () => void removed++,
  }
  const experiment = defineExperiment({
    model,
    title: 'Sample',
    question: 'Does it end?',
    does: 'Little.',
    profiles: { smoke: {}, quick: {}, full: {} },
    variants: () => variants,
    begins,
    warmUp: () => warmUp,
    columns: [],
    compare: () => [{ name: 'compared', verdict: 'valid', detail: 'both' }],
    acrossVariants: ([first]) => [{ variant: first?.variant.name ?? '', name: 'across', unit: '', value: 2 }],
    explain: results => [`${results.length} variants`],
  })
  const result = await runExperiment({
    name: 'sample',
    experiment,
    profile,
    open: openProcesses({ broker: {}, dataFolder: join(folder, 'data') }),
    lasting: {},
    runId: `sample-${process.pid}`,
    seed: 1,
    folder: join(folder, 'run'),
    onProgress: line => lines.push(line),
    signal,
  })
  return { result, removed: () => removed, folder: join(folder, 'run'), lines }
}

/** Ctrl-Z and `fg`, as long as the span of orders that come at once then. */
const stopped = (ms: number, when: When = 100): Step =>
  at(when, {
    action: 'stop',
    target: 'lab',
    run: async () =>
      void execFileSync('sh', ['-c', `kill -STOP ${process.pid}; sleep ${ms / 1_000}; kill -CONT ${process.pid}`]),
  })

test('where the lab itself was stopped for a moment, times, shares in time and depths are void, and counts stand', async t => {
  const load = { orders: 200, ordersPerSecond: 200, deadlineMs: 1_000 }
  const { result } = await runSample(t, [variant('stopped', { load, timeline: [stopped(400)] }), variant('on time')])
  const of = (variant: string, name: string) =>
    result.measures.find(measure => measure.variant === variant && measure.name === name) ?? assert.fail(name)
  for (const name of ['accepted p50', 'availability', 'peak backlog'])
    assert.deepEqual([of('stopped', name).value, of('stopped', name).note], [null, 'generator-bound'], name)
  assert.equal(of('stopped', 'requested').value, 200)
  assert.equal(of('stopped', 'completed ÷ requested').value, 0)
  assert.equal(of('on time', 'peak backlog').value, 0)
})

test('a full run measures a variant again whose generator was late, and the result says how often and why', async t => {
  const load = { orders: 100, ordersPerSecond: 200, deadlineMs: 1_000 }
  const late = variant('late', { load, timeline: [stopped(400)], againWhenLate: 1 })
  const { result } = await runSample(t, [late], { profile: 'full' })
  assert.deepEqual(result.variants[0]?.discarded, ['generator-bound'])
})

test('where the lab was stopped after the load, what it timed is void, and counts stand', async t => {
  const restart = { name: 'restart time', unit: 'ms', value: 1 }
  const timeline = [stopped(1_500, view => view.loadDone)]
  const { result } = await runSample(t, [variant('stopped', { timeline, measures: () => [restart] })])
  const { measures } = result
  assert.deepEqual(
    ['restart time', 'requested'].map(wanted => measures.find(({ name }) => name === wanted)),
    [
      { variant: 'stopped', name: 'restart time', unit: 'ms', value: null, note: 'the lab was paused' },
      { variant: 'stopped', name: 'requested', unit: 'orders', value: 20 },
    ],
  )
})

const throws = defineCheck('throws', 'never', () => {
  throw new Error('no idea')
})

test('each variant is run, judged and compared, and its history is kept', async t => {
  const { result, removed, folder } = await runSample(t, [variant('One row'), variant('other')])
  assert.equal(result.verdict, 'valid')
  assert.deepEqual(
    result.checks.map(check => [check.variant, check.name]),
    [
      ['One row', 'requested'],
      ['other', 'requested'],
      ['all', 'compared'],
    ],
  )
  assert.deepEqual(result.explanation, ['2 variants'])
  assert.equal(result.measures.find(({ name }) => name === 'requested')?.value, 20)
  assert.deepEqual(result.measures.at(-1), { variant: 'One row', name: 'across', unit: '', value: 2 })
  assert.equal(removed(), 2)
  const { attempts } = (await readHistoryFile(historyFile(folder, 'One row'))) as History
  assert.equal(attempts.length, 20)
})

test('what comes before the load is done when its first order is sent, and a variant in which it fails has no load', async t => {
  let doneNs = 0
  const prepare = { action: 'prepare', target: 'all', run: async () => void (doneNs = monotonicNs()) }
  const refuse = { action: 'refuse', target: 'all', run: () => Promise.reject(new Error('it will not')) }
  const { result, folder } = await runSample(t, [
    variant('prepared', { before: [prepare] }),
    variant('refused', { before: [refuse] }),
  ])
  const { attempts, executedSteps } = (await readHistoryFile(historyFile(folder, 'prepared'))) as History
  assert.ok(doneNs > 0 && attempts.every(({ startedNs }) => startedNs > doneNs))
  assert.deepEqual(executedSteps, [], 'it is no step of the timeline')
  assert.match(result.failure ?? '', /^refused: it will not$/)
  assert.ok(
    result.measures.every(({ name }) => name !== 'across'),
    'not of a part of the variants',
  )
})

test('what warms up is run before all variants, whichever begins, and is no part of the result', async t => {
  const { result, lines, folder } = await runSample(t, [variant('one'), variant('two')], {
    begins: 1,
    warmUp: variant('warm-up'),
  })
  assert.deepEqual([...new Set(lines.map(line => line.split(':')[0]))], ['warm-up', 'two', 'one'])
  assert.equal(result.failure, undefined)
  assert.ok([...result.measures, ...result.checks].every(({ variant }) => variant !== 'warm-up'))
  assert.ok(!existsSync(historyFile(folder, 'warm-up')))
})

test('variants are run from the one that begins, round, and shown as they are declared', async t => {
  const { result, lines } = await runSample(t, [variant('one'), variant('two'), variant('three')], { begins: 1 })
  assert.deepEqual([...new Set(lines.map(line => line.split(':')[0]))], ['two', 'three', 'one'])
  assert.deepEqual(
    result.checks.slice(0, 3).map(check => check.variant),
    ['one', 'two', 'three'],
  )
})

test('a variant that cannot be finished does not stop the others, and the result says what was in the way', async t => {
  const dead = variant('dead', { environment: { all: { TROUBLE: 'all: the store is damaged' } } })
  const failing = variant('failing', { timeline: [at(0, heal('all'))] })
  const { result, removed, folder } = await runSample(t, [dead, failing, variant('alive')])
  assert.equal(result.verdict, 'unknown')
  assert.equal(result.failure, 'dead: all did not start: all: the store is damaged')
  assert.deepEqual(
    result.checks.map(check => check.variant),
    ['alive'],
  )
  assert.deepEqual(result.explanation, [])
  assert.equal(removed(), 3)
  assert.ok(!existsSync(historyFile(folder, 'failing')))
})

test('a step that fails is named in the result', async t => {
  const { result } = await runSample(t, [variant('failing', { timeline: [at(0, heal('all'))] })])
  assert.match(result.failure ?? '', /^failing: the step "heal all" failed: DELETE http:.* answered 500/)
})

test('what a variant uses is measured where it is set to be, from its first measured order on', async t => {
  const load = { orders: 20, warmUpOrders: 10, ordersPerSecond: 200, deadlineMs: 1_000 }
  const refused = { load, environment: { all: { STATUS: '409' } } }
  const { result, folder } = await runSample(t, [
    variant('usage', { ...refused, measuresUsage: true }),
    variant('free', refused),
  ])
  const found = (variant: string, name: string) =>
    result.measures.find(measure => measure.variant === variant && measure.name === name)
  assert.equal(found('free', 'CPU'), undefined)
  assert.ok((found('usage', 'CPU')?.value ?? -1) >= 0, found('usage', 'CPU')?.note)
  assert.ok((found('usage', 'memory of services')?.value ?? 0) > 10, 'a process of Node holds more')
  assert.equal(found('usage', 'CPU of brokers')?.value, 0)
  const { usage, attempts } = (await readHistoryFile(historyFile(folder, 'usage'))) as History
  assert.ok(usage && 'before' in usage)
  assert.ok(usage.before.atNs >= (attempts[10]?.plannedNs ?? Infinity), 'the warm-up is not in it')
  assert.ok(usage.after.atNs >= Math.max(...attempts.map(({ answeredNs = Infinity }) => answeredNs)))
})

test('a step that fails is named also where usage is measured', async t => {
  const load = { orders: 20, warmUpOrders: 600, ordersPerSecond: 200, deadlineMs: 1_000 }
  const { result } = await runSample(t, [
    variant('failing', { load, measuresUsage: true, timeline: [at(0, heal('all'))] }),
  ])
  assert.match(result.failure ?? '', /^failing: the step "heal all" failed/)
})

test('a threshold of an experiment is judged as a check, and one that is broken makes it invalid', async t => {
  const thresholds = ['requested >= 20', 'requested > 20 orders']
  const { result } = await runSample(t, [
    variant('one', { thresholds }),
    variant('other', { thresholds, disabledSafeguard: 'all' }),
  ])
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
  const disabledSafeguard = await runSample(t, [variant('other', { thresholds, disabledSafeguard: 'all' })])
  assert.equal(disabledSafeguard.result.verdict, 'valid')
})

test('a check that throws is unknown, and so is the experiment', async t => {
  const { result } = await runSample(t, [variant('one', { checks: [requested, throws] })])
  assert.equal(result.verdict, 'unknown')
  assert.match(result.checks.find(({ name }) => name === 'throws')?.detail ?? '', /no idea/)
  assert.deepEqual(result.explanation, [], 'sentences about what was not shown')
})

test('an interrupted experiment ends at once, and says so', async t => {
  const { result } = await runSample(t, [variant('one'), variant('other')], { signal: AbortSignal.abort() })
  assert.deepEqual([result.failure, result.verdict, result.checks], ['it was interrupted', 'unknown', []])
})

test('what is found where a safeguard is left out is shown, and is no part of the verdict', async t => {
  const broken = defineCheck('broken', 'never', () => ({ verdict: 'invalid', detail: 'one was lost' }))
  const without = variant('without the outbox', { checks: [broken], disabledSafeguard: 'outbox' })
  const { result } = await runSample(t, [variant('as it is'), without])
  assert.equal(result.verdict, 'valid')
  assert.deepEqual(
    result.checks.map(check => [check.variant, check.verdict]),
    [
      ['as it is', 'valid'],
      ['without the outbox', 'invalid'],
      ['all', 'valid'],
    ],
  )
  assert.equal(result.variants[1]?.disabledSafeguard, 'outbox')
})

test('a variant with a long name has an id of its own that a prefix has room for', () => {
  const long = (end: string) =>
    variantId('lab-a83e', 'streaming-kafka', 'retry-storm', `${'with-an-outbox-'.repeat(6)}${end}`)
  assert.equal(long('one').length, 99)
  assert.notEqual(long('one'), long('two'))
  assert.equal(
    variantId('lab-a83e', 'sync-rest', 'healthy', 'as-it-stands', 1),
    'lab-a83e.sync-rest.healthy.as-it-stands.1',
  )
})

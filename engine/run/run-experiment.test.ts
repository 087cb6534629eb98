import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { defineCheck } from '../checks/check.ts'
import type { History } from './history.ts'
import { asked, runSample, variant } from '../testing/sample-run.ts'
import { at, heal } from '../experiment/steps.ts'

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
  assert.equal(removed(), 2)
  const { attempts } = JSON.parse(readFileSync(join(folder, 'one-row.history.json'), 'utf8')) as { attempts: unknown[] }
  assert.equal(attempts.length, 20)
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
  assert.ok(!existsSync(join(folder, 'failing.history.json')))
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
  const { usage, attempts } = JSON.parse(readFileSync(join(folder, 'usage.history.json'), 'utf8')) as History
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
  const { result } = await runSample(t, [variant('one', { checks: [asked, throws] })])
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

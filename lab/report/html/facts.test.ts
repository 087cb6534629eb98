import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Summary } from '#engine/run/summary.ts'
import { sampleResult, sampleSummary } from '../../testing/sample-result.ts'
import { sampleComparison, sampleOrders } from '../../testing/sample-comparison.ts'
import { reportPage } from './page.ts'

const whole = sampleComparison()
const registry = { experiments: [], scenarios: [], models: [] }
const pageOf = (summary: Summary) => reportPage(summary, { registry })
const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found ?? '')

test('the settings of a variant are shown beside its durability and its description', () => {
  const variants = [{ name: 'throttled', about: 'slow', environment: { order_service: { OUTBOX: 'off' } } }]
  const result = { ...sampleResult, variants }
  const set = /<code>order_service: OUTBOX=off<\/code>/
  const cell = { scenario: 'broker-dead', ordersPerSecond: 50, repeat: 1 }
  const promises = (page: string) => matches(page, /(<section id="promises">[^]*?<\/section>)/g).join('')
  assert.match(promises(pageOf(sampleSummary([{ ...result, cell }]))), set)
  assert.match(pageOf(sampleSummary([result])), /<dd>slow <code>order_service: OUTBOX=off<\/code><\/dd>/)
})

test('the caveat of the scenario that kills brokers is shown beside the durability', () => {
  const { comparison = assert.fail() } = whole
  const about = comparison.about.map(each => (each.name === 'broker-dead' ? { ...each, caveat: 'One node.' } : each))
  const page = pageOf({ ...whole, comparison: { ...comparison, about } })
  assert.match(page, /<section id="promises">[^]*?<p class="key">One node\.<\/p>/)
})

test('each box of checks is named after its result', () => {
  const names = matches(pageOf(whole), /aria-label="(Checks[^"]*)"/g)
  assert.equal(names.length, whole.results.length)
  assert.equal(new Set(names).size, names.length)
})

test('the picture of an experiment whose clocks differ labels completion as unknown', () => {
  const { orders } = sampleOrders('sync-rest', 'throttled', 'x', 1)
  const void50 = { variant: 'throttled', name: 'completed p50', unit: 'ms', value: null, note: 'the clocks differ' }
  const page = pageOf(sampleSummary([{ ...sampleResult, orders: [orders], measures: [void50] }]))
  assert.match(page, />completion unknown: the clocks differ</)
})

test('the report names the version of the lab that made the run', () => {
  assert.match(pageOf({ ...whole, lab: '9.9.9 (abc)' }), /<dt>lab<\/dt><dd>9\.9\.9 \(abc\)<\/dd>/)
})

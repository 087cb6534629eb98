import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Measure, Result, Summary } from '#engine/run/summary.ts'
import { sampleComparison } from '../testing/sample-comparison.ts'
import { withMark } from '../testing/sample-result.ts'
import { findings } from './findings.ts'

const summary = sampleComparison()

/** The same summary with other values of one measure. */
const withValue = (
  scenario: string,
  name: string,
  change: (model: string, measure: Measure) => number | null,
): Summary => ({
  ...summary,
  results: summary.results.map((result): Result => {
    if (result.cell?.scenario !== scenario) return result
    const measures = result.measures.map(each =>
      each.name === name ? { ...each, value: change(result.model, each) } : each,
    )
    return { ...result, measures }
  }),
})

test('a lesson stands above its numbers only when they bear it out', () => {
  const lesson = 'An order that comes while Inventory is dead is refused by a chain of calls'
  const answered = (synchronous: number) =>
    findings(
      withValue('inventory-dead', 'during: known in the end', model => (model === 'sync-rest' ? synchronous : 100)),
      'page.md',
    )
  assert.match(answered(0), /sync-rest 0 %, async-rabbitmq 100 %/)
  assert.ok(answered(0).includes(lesson))
  assert.match(answered(99.5), /sync-rest 99\.5 %, async-rabbitmq 100 %/)
  assert.ok(!answered(99.5).includes(lesson))
})

test('a lesson about all models is not drawn where the measure of one of them is void', () => {
  const answered = (kafka: number | null) =>
    withValue('inventory-dead', 'during: known in the end', model =>
      model === 'sync-rest' ? 0 : model === 'streaming-kafka' ? kafka : 100,
    )
  const lesson = 'An order that comes while Inventory is dead is refused by a chain of calls'
  assert.ok(findings(answered(100), 'page.md').includes(lesson))
  assert.ok(!findings(answered(null), 'page.md').includes(lesson))
  const costs = withValue('healthy', 'known p50', (model, { value }) => (model === 'streaming-kafka' ? null : value))
  assert.doesNotMatch(findings(costs, 'page.md'), /A broker costs time/)
})

test('no finding is drawn from what the fault sets', () => {
  const marked = (name: string): Summary => ({
    ...summary,
    results: summary.results.map(result => (result.model === 'sync-rest' ? result : withMark(result, name))),
  })
  assert.match(findings(summary, 'page.md'), /Within 5 s of the request: sync-rest 0 %, async-rabbitmq 49\.5 %/)
  assert.doesNotMatch(findings(marked('during: known in 5 s'), 'page.md'), /Within 5 s/)
  assert.match(findings(summary, 'page.md'), /A broker costs time/)
  assert.doesNotMatch(findings(marked('known p50'), 'page.md'), /A broker costs time/)
})

test('each finding links to the scenario that it was measured in, and what was not measured is left out', () => {
  const links = [...findings(summary, 'page.md').matchAll(/\(page\.md#scenario-([a-z-]+)\)/g)].map(([, name]) => name)
  assert.ok(links.includes('inventory-dead'))
  const without = { ...summary, results: summary.results.filter(({ cell }) => cell?.scenario !== 'inventory-dead') }
  assert.doesNotMatch(findings(without, 'page.md'), /inventory-dead/)
})

test('what the order checks found is counted with all safeguards in place, and named where one is left out', () => {
  const text = findings(summary, 'page.md')
  assert.match(text, /The checks `lost`, .+ found none in \d+ results with .+ measured orders/)
  assert.match(text, /left out on purpose: async-rabbitmq without an outbox, \d+ of .+, by `lost`\./)
})

test('a lesson about costs names only those whose ranges part', () => {
  const lesson = /- \*\*A broker costs (.+?)\.\*\*/
  assert.equal(lesson.exec(findings(summary, 'page.md'))?.[1], 'time')
  const dear = withValue('healthy', 'memory', (model, { value }) => (value ?? 0) * (model === 'sync-rest' ? 1 : 10))
  assert.equal(lesson.exec(findings(dear, 'page.md'))?.[1], 'time and memory')
  const quick = withValue('healthy', 'known p50', () => 1)
  assert.equal(lesson.exec(findings(quick, 'page.md')), null)
})

test('that a queue cannot be read again is said only where no reader joined that could', () => {
  const [first = assert.fail()] = summary.results
  const joined = (model: string): Result => ({
    ...first,
    model,
    experiment: 'new-reader',
    cell: { scenario: 'new-reader', ordersPerSecond: 400, repeat: 1 },
    measures: [{ variant: first.variants[0]?.name ?? '', name: 'read per second', unit: 'orders/s', value: 9_000 }],
  })
  const models = summary.comparison?.models ?? []
  assert.doesNotMatch(findings(summary, 'page.md'), /joins later/)
  const withReader = findings({ ...summary, results: [...summary.results, ...models.map(joined)] }, 'page.md')
  assert.match(withReader, /Whoever joins later can have every order .+ async-rabbitmq 9,000 orders\/s/)
  assert.doesNotMatch(withReader, /a queue cannot/)
})

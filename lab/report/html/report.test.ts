import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Summary } from '#engine/run/summary.ts'
import { writeReport } from '../../cli/commands/past-runs.ts'
import { models } from '../../session/registry.ts'
import { summaryOf } from '../../publish/output-paths.ts'
import { sampleResult, sampleSummary } from '../../testing/sample-result.ts'
import { parseSummary, ROOT } from '../../session/run-folder.ts'
import { sampleComparison } from '../../testing/sample-comparison.ts'
import { reportPage } from './page.ts'
import { gridTable } from './parts.ts'
import { COMPARISON } from '../../publish/comparison.ts'
import { narrativeOf } from '../../comparison/narrative.ts'
import { configurationsOf } from '../../comparison/repeated-measures.ts'
import { repeatCommand } from './this-run.ts'

const EVIL = `<script>alert("1")</script>'"><img src=x onerror=alert(2)>`
const whole = sampleComparison()
const registry = { experiments: ['other/one'], scenarios: ['healthy'], models: ['sync-rest'] }
const recommendations = [
  {
    condition: 'If',
    choose: ['sync-rest'],
    advice: 'then',
    evidence: [{ model: 'sync-rest', text: 'because', scenario: 'burst' }],
  },
]
const pageOf = (summary: Summary) => reportPage(summary, { registry, recommendations })

/** The same, with all texts but those that the code reads for their meaning replaced. */
function poisoned<Value>(value: Value, key = ''): Value {
  if (Array.isArray(value)) return value.map(each => poisoned(each, key)) as Value
  if (typeof value === 'string') return (KEPT.has(key) ? value : `${EVIL}${value}`) as Value
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, poisoned(each, name)])) as Value
}
/** Values that the code compares, such as verdicts. */
const KEPT = new Set(['verdict', 'runtime', 'profile', 'startedAt'])

const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found ?? '')

/** Without the page's own script. */
const written = (page: string): string => page.replace(/<script type="module">[^]*?<\/script>/, '')

const lacks = (text: string, pattern: RegExp) => assert.equal(pattern.exec(text)?.[0], undefined)

test('no text of a summary becomes markup, in whatever field', () => {
  for (const summary of [whole, sampleSummary([{ ...sampleResult, failure: 'no broker' }])]) {
    const page = pageOf(poisoned(summary))
    assert.ok(page.includes('&lt;script&gt;alert(&quot;1&quot;)'), 'the text is not shown at all')
    lacks(page, /<script>|<img/)
    // No quote of a text has ended an attribute: text outside of quotes is the page's own.
    lacks(page.replaceAll(/="[^"]*"/g, ''), /<[^>]*onerror/)
  }
})

test('the policy of the page allows its own style and script and nothing else, and nothing is fetched', () => {
  const page = pageOf(whole)
  assert.match(
    page,
    /content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;; script-src &#39;sha256-[\w+/=]+&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"/,
  )
  lacks(page, /\sstyle=|<link|\bsrc=|@import|url\(|\bimport\b|fetch\(/)
  assert.deepEqual([...new Set(matches(page, /(https?:\/\/[^"'<\s]+)/g))], ['http://www.w3.org/2000/svg'])
  const scripts = matches(page, /(<script[^>]*>)/g)
  assert.equal(scripts.filter(tag => tag === '<script type="module">').length, 1)
  assert.deepEqual([...new Set(scripts)], ['<script type="text/plain">', '<script type="module">'])
})

test('a comparison answers first, then shows pictures, then verdicts', () => {
  const order = ['scorecard', 'scenarios', 'verdicts', 'recommendations', 'run']
  const places = order.map(id => pageOf(whole).indexOf(`<section id="${id}">`))
  assert.ok(places.every(place => place > 0))
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  )
})

test('a run of experiments begins with its answers: question, key figure and verdict, first what the fault does not set', () => {
  const [throttled = assert.fail(), control = assert.fail()] = sampleResult.variants
  const variants = [{ ...throttled, setByFault: { 'accepted p50': '2 + 2' } }, control]
  const page = pageOf(sampleSummary([{ ...sampleResult, experiment: 'another', variants }]))
  assert.match(page, /<main id="main" tabindex="-1"><section id="answers">/)
  const [answers = ''] = matches(page, /(<section id="answers">[^]*?<\/section>)/g)
  assert.match(answers, />What becomes of the lag\?<\/a>/)
  assert.match(answers, /class="figure">≥ 5,000 ms</)
  assert.match(answers, /4\.21 ms †<\/b>/)
  assert.match(answers, /✘<\/span> invalid/)
})

test('a verdict is one line with what was served', () => {
  const [verdicts = ''] = matches(pageOf(whole), /(<section id="verdicts">[^]*?<\/section>)/g)
  const [dead = ''] = matches(verdicts, /(<tr><th scope="row"><a href="#scenario-inventory-dead">[^]*?<\/tr>)/g)
  const lines = matches(dead.replaceAll(/<(?!\/?td)[^>]*>/g, ''), /<td[^>]*>(.*?)<\/td>/g)
  assert.deepEqual(
    lines.map(line => line.replace(/◇.*/, '').trim()),
    ['✔ books right · 0 % served', '✔ books right · 99.8 % served', '✔ books right · 99.8 % served'],
  )
})

test('measures that are 0 for all are one row', () => {
  const cells = (...values: string[]) => values
  const heads = ['requested', 'lost', 'duplicated', 'oversold'].map(name => ({ name, unit: '' }))
  const rows = [
    { name: 'one', cells: cells('5', '0', '0', '0') },
    { name: 'other', cells: cells('0', '0', '0', '3') },
  ]
  const table = gridTable('zeros', { heads, rows, notes: [] })?.markup ?? ''
  assert.deepEqual(matches(table, /<th scope="row">([^<]*)</g), ['requested', 'oversold', '0 in each'])
  assert.match(table, /<td colspan="2">lost, duplicated<\/td>/)
})

test('the report of the published comparison shows the outbox and the model apart', () => {
  const file = join(ROOT, COMPARISON, 'summary.json')
  const [outbox = ''] = matches(
    pageOf(parseSummary(readFileSync(file, 'utf8'), file)),
    /(<section id="outbox">[^]*?<\/section>)/g,
  )
  assert.deepEqual(matches(outbox, /<span class="model [^"]*">([^<]*)</g), [
    'sync-rest',
    'async-rabbitmq',
    'streaming-kafka',
  ])
  assert.match(outbox, /without an outbox/)
})

test('every id is unique, and every link has its target', () => {
  const page = pageOf(whole)
  const ids = matches(page, /\sid="([^"]*)"/g)
  assert.equal(new Set(ids).size, ids.length)
  const links = matches(page, /\shref="([^"]*)"/g)
  assert.ok(links.length > 30)
  assert.deepEqual(
    links.filter(href => !ids.includes(href.slice(1))),
    [],
  )
  assert.deepEqual(
    matches(page, /aria-labelledby="([^"]*)"/g)
      .flatMap(each => each.split(' '))
      .filter(id => !ids.includes(id)),
    [],
  )
})

test('the report of a complete comparison is smaller than 3 MB, deterministic, and has no broken number', () => {
  const page = pageOf(whole)
  assert.ok(page.length < 3_000_000, `${page.length} bytes`)
  assert.equal(page, pageOf(sampleComparison()))
  lacks(written(page), /NaN|undefined|Infinity|\[object/)
})

test('each scenario has a picture of the models one above the other, with axes, panels and the fault as a band', () => {
  const page = pageOf(whole)
  const figures = matches(page, /(<figure data-figure="scenario">[^]*?<\/figure>)/g)
  assert.equal(figures.length, 7)
  for (const figure of figures) {
    for (const sign of [
      /class="axis"/,
      /class="panel panel-orders"/,
      /class="panel panel-curves"/,
      /class="panel panel-answers"/,
      /class="band"/,
    ])
      assert.match(figure, sign)
    assert.match(figure, /<title id="[^"]+">[^<]+<\/title><desc id="[^"]+">[^<]+<\/desc>/)
    assert.match(figure, /<figcaption>(<p>[^<]+<\/p>){2,3}<\/figcaption>/)
  }
  assert.match(page, /<strong>sync-rest<\/strong> was not run: It has no broker between its services\./)
  assert.match(page, /sync-rest &lt; async-rabbitmq &lt; streaming-kafka/)
  assert.match(page, /sync-rest ≈ async-rabbitmq ≈ streaming-kafka/)
})

test('findings in a variant without a safeguard are shown, marked, and do not count for the verdict', () => {
  const page = pageOf(whole)
  assert.match(page, /◇ without an outbox: ✘ invalid/)
  const judged = whole.results.flatMap(({ checks }) => checks.filter(({ variant }) => variant !== 'without an outbox'))
  assert.ok(page.includes(`All 47 results are valid, in all of ${judged.length} checks; `))
})

test('a scenario shows its narrative as the caption of its picture, and its table with the verdict first', () => {
  const [burst = ''] = matches(pageOf(whole), /(<section class="scenario" id="scenario-burst">[^]*?<\/section>)/g)
  const results = whole.results.filter(({ cell }) => cell?.scenario === 'burst')
  const main = configurationsOf(results, whole.comparison?.models ?? []).filter(({ isMain }) => isMain)
  const caption = narrativeOf(main).map(text => `<p>${text}</p>`)
  assert.ok(caption.length > 1 && burst.includes(`<figcaption>${caption.join('')}</figcaption>`))
  const rows = matches(burst, /<tr[^>]*><th scope="row">([^<]+)</g)
  assert.equal(rows[0], 'verdict')
  assert.match(burst, /<th scope="row">lost<\/th><td>0<\/td><td>0<\/td><td>3<\/td><td>0<\/td>/)
  assert.match(burst, /<td>– \(1\)<\/td>[^]*\(1\) 3 orders requested/)
})

test('a recommendation links to its evidence within the page, and nowhere else', () => {
  const evidence = [
    { model: 'sync-rest', text: 'here', scenario: 'burst' },
    { model: 'another', text: 'away', scenario: 'x" href="javascript:alert(1)' },
  ]
  const page = reportPage(whole, {
    registry,
    recommendations: [{ condition: 'If', choose: [], advice: 'then', evidence }],
  })
  assert.match(
    page,
    /<a class="accent-rest" href="#scenario-burst">sync-rest<\/a>: here[^]*href="#scenario-x-href-javascript-alert-1-">another<\/a>: away/,
  )
})

test('the report of a quick comparison says that it gives no advice', () => {
  assert.match(
    reportPage({ ...whole, profile: 'quick' }, { registry }),
    /<h2>Which one for me\?<\/h2><p>A quick comparison/,
  )
  assert.doesNotMatch(reportPage(sampleSummary([sampleResult]), { registry }), /Which one for me/)
})

test('an unfinished experiment shows its failure, and one without measures, curves or checks has a section', () => {
  const empty = { ...sampleResult, variants: [], checks: [], measures: [], series: [], marks: [], explanation: [] }
  const page = pageOf(sampleSummary([{ ...empty, verdict: 'unknown', failure: 'no Kafka could be had' }, empty]))
  assert.match(page, /It could not be finished: no Kafka could be had/)
  assert.match(page, /id="result-streaming-kafka-consumer-lag--2"/)
  assert.match(page, /No check was evaluated\./)
  lacks(written(page), /NaN|undefined|Infinity/)
})

test('the committed summaries, which have no orders and no quantiles, can be rendered as reports', () => {
  for (const { name } of models) {
    const file = join(ROOT, summaryOf(name))
    const summary = parseSummary(readFileSync(file, 'utf8'), file)
    const page = pageOf(summary)
    for (const { title } of summary.results) assert.ok(page.includes(title))
    lacks(written(page), /NaN|undefined|Infinity/)
  }
})

test('the command that repeats a run names what was run', () => {
  const summary = sampleSummary([sampleResult])
  const flags = '--seed 1 --profile full'
  const whole = { ...registry, experiments: ['streaming-kafka/consumer-lag'] }
  assert.equal(repeatCommand(summary, whole), `npm start -- ${flags}`)
  assert.equal(repeatCommand(summary, registry), `npm run lab -- run streaming-kafka/consumer-lag ${flags}`)
  const comparison = {
    models: ['sync-rest'],
    scenarios: ['healthy'],
    rates: [20, 100, 400],
    repeat: 1,
    healthyRepeat: 3,
    features: {},
    about: [],
  }
  assert.equal(repeatCommand({ ...summary, comparison }, registry), `npm run lab -- compare ${flags}`)
  const thrice = { ...summary, comparison: { ...comparison, repeat: 3 } }
  assert.equal(repeatCommand(thrice, registry), `npm run lab -- compare ${flags} --repeat 3`)
  const more = { ...summary, comparison: { ...comparison, scenarios: ['healthy', 'until-known'] } }
  assert.equal(repeatCommand(more, registry), `npm run lab -- compare ${flags} --scenarios healthy,until-known`)
  const some = { ...comparison, rates: [50], repeat: 2, healthyRepeat: 2 }
  assert.equal(
    repeatCommand(
      { ...summary, runtime: 'compose', comparison: some },
      { ...registry, scenarios: ['healthy', 'burst'] },
    ),
    `npm run lab -- compare ${flags} --runtime compose --scenarios healthy --rates 50 --repeat 2`,
  )
})

test('a report is written beside its summary', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-report-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'summary.json'), '')
  const file = await writeReport(sampleSummary([sampleResult]), folder)
  assert.equal(file, join(folder, 'report.html'))
  assert.match(readFileSync(file, 'utf8'), /^<!doctype html>/)
})

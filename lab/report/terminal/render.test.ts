import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { gridOf, markdownTable, numberText, textTable } from './table.ts'
import { configurationsOf, scenarioGrid } from '../../comparison/repeated-measures.ts'
import { MODELS, sampleHealthy, sampleResult, sampleSummary, withMark } from '../../testing/sample-result.ts'
import { gridTable } from '../html/parts.ts'
import { overviewTable, resultsPage } from '../markdown.ts'
import { conditions, renderOverview, renderResult } from './report.ts'

test('numbers show significant digits, and "≥" where they are lower bounds', () => {
  const shown = (value: number | null, unit: string, atLeast = false) => numberText({ value, unit, atLeast })
  assert.equal(shown(4.2104, 'ms'), '4.21')
  assert.equal(shown(48.25, 'ms'), '48.3')
  assert.equal(shown(5_000, 'ms', true), '≥ 5,000')
  assert.equal(shown(99.954, '%'), '99.95')
  assert.equal(shown(12_345, 'records'), '12,345')
  assert.equal(shown(null, 'ms'), '–')
})

test('a table has a row for each variant and a column for each measure; a cell without a number has its reason', () => {
  const { heads, rows, notes } = gridOf(sampleResult)
  assert.deepEqual(heads, [
    { name: 'accepted p50', unit: 'ms' },
    { name: 'accepted max', unit: 'ms' },
    { name: 'peak lag', unit: 'records' },
  ])
  assert.deepEqual(rows, [
    { name: 'throttled', cells: ['4.21', '≥ 5,000', '–'] },
    { name: 'control', cells: ['– (1)', '–', '12,345'] },
  ])
  assert.deepEqual(notes, ['(1) generator-bound'])
})

test('a number that the fault sets has a mark and a footnote with its arithmetic, in each kind of table', () => {
  const [throttled = assert.fail(), control = assert.fail()] = sampleResult.variants
  const setByFault = { 'accepted p50': 'the delay of 2 s', 'accepted max': 'the delay of 2 s' }
  const result = { ...sampleResult, variants: [{ ...throttled, setByFault }, control] }
  const grid = gridOf(result)
  assert.deepEqual(grid.rows[0]?.cells, ['4.21 (†1)', '≥ 5,000 (†1)', '–'])
  assert.deepEqual(grid.notes, ['(1) generator-bound', '(†1) set by the fault: the delay of 2 s'])
  const html = gridTable('measures', grid) ?? assert.fail()
  for (const table of [textTable(grid, 80), markdownTable(grid), html.markup]) {
    assert.match(table, /4\.21 \(†1\)/)
    assert.match(table, /\(†1\) set by the fault: the delay of 2 s/)
  }
  const [cell = assert.fail()] = sampleHealthy('one', [3])
  const { rows, notes } = scenarioGrid(configurationsOf([{ ...withMark(cell, 'memory'), columns: ['memory'] }], MODELS))
  assert.deepEqual([rows[0]?.cells[1], notes], ['3 (†1)', ['(†1) set by the fault: 64 in flight ÷ 50/s']])
})

test('a key metric that the fault sets has the mark, and the overview says what it means', () => {
  const marked = sampleSummary([withMark(sampleResult, 'peak lag')])
  for (const text of [renderOverview(marked, 'runs/beef', 120), overviewTable([marked], () => 'page.md')]) {
    assert.match(text, /control: peak lag 12,345 records †/)
    assert.match(text, /† is set by the fault: /)
  }
  assert.doesNotMatch(renderOverview(sampleSummary([sampleResult]), 'runs/beef', 120), /†/)
})

test('a table that is wider than the terminal is transposed', () => {
  const wide = textTable(gridOf(sampleResult), 200)
  const narrow = textTable(gridOf(sampleResult), 45)
  assert.match(wide, /│ throttled │\s+4\.21 │/)
  assert.match(narrow, /│ accepted p50 \[ms\]\s+│\s+4\.21 │/)
})

test('a result shows how idle the machine was, what the generator took, and what was measured again', () => {
  const condition = (name: string, value: number, unit: string) => ({ variant: 'control', name, value, unit })
  const measures = [condition('generator CPU', 7.4, '% of a core'), condition('machine idle', 61.6, '%')]
  const variants = sampleResult.variants.map(each =>
    each.name === 'control' ? { ...each, discarded: ['generator-bound'] } : each,
  )
  const text = conditions({ ...sampleResult, variants, measures })
  assert.match(text, /The machine, and what the load generator took of a core: control 62 % idle, 7 %\./)
  assert.match(text, /, control, was measured 2 times; thrown away as void: generator-bound\./)
  assert.doesNotMatch(conditions(sampleResult), /idle|measured \d times/)
})

test('a result shows its sentences, its verdict, and the detail of each check that is not valid', () => {
  const text = stripVTControlCharacters(renderResult(sampleResult, 120))
  assert.match(text, /It rose and fell\./)
  assert.match(text, /✘ invalid: 1 of 2 checks valid \(lost\)/)
  assert.match(text, / {2}✘ invalid lost \(control\): 1 found among 10000: order-7\./)
})

test('the overview has a row for each experiment, and the folder of the files', () => {
  const text = renderOverview(sampleSummary([sampleResult]), 'runs/beef', 120)
  assert.match(text, /│ streaming-kafka\/consumer-lag │ ✘ invalid │ control: peak lag 12,345 records\s+│\s+31\.3 │/)
  assert.match(text, /runs\/beef\/ /)
})

test('an overview says when other programs used much of the machine, and not when they used little', () => {
  const beside = (othersCores: number) => {
    const summary = sampleSummary([{ ...sampleResult, othersCores }])
    return renderOverview({ ...summary, machine: { ...summary.machine, cores: 2 } }, 'runs/beef', 120)
  }
  assert.match(beside(0.93), /Other programs used up to 0\.9 of 2 cores during 1 of 1 results: the verdicts stand/)
  assert.doesNotMatch(beside(0.1), /Other programs/)
})

test('the overview of a stopped run says how many results it has, and that of a complete run does not', () => {
  const whole = { ...sampleSummary([sampleResult]), requested: ['streaming-kafka/consumer-lag'] }
  assert.doesNotMatch(renderOverview(whole, 'runs/beef', 120), /stopped/)
  const cut = { ...whole, requested: [...whole.requested, 'streaming-kafka/replay'] }
  assert.match(renderOverview(cut, 'runs/beef', 120), /The run was stopped: it has 1 of 2 results\./)
  assert.match(
    renderOverview({ ...cut, results: [] }, 'runs/beef', 120),
    /The run was stopped: it has 0 of 2 results\./,
  )
})

test('a name or a detail cannot break a Markdown table', () => {
  const measures = [{ variant: 'a|b', name: 'accepted p50', unit: 'ms', value: 1 }]
  const variants = [{ name: 'a|b', about: '', environment: {} }]
  assert.match(markdownTable(gridOf({ columns: ['accepted p50'], variants, measures })), /^\| a\\\|b \| 1\.00 \|$/m)
})

test('the detail of a check is escaped in Markdown: no markup, and no end of its cell', () => {
  const detail = 'a \\| b <img src=x> [x](y) `z`'
  const page = resultsPage(
    'sync-rest',
    sampleSummary([{ ...sampleResult, checks: [{ name: 'lost', variant: 'a', verdict: 'valid', detail }] }]),
  )
  assert.ok(page.includes('| valid | a \\\\\\| b &lt;img src=x> \\[x](y) \\`z\\` |'), page)
})

test('the page of a model has each experiment with its table, picture and verdict, and the overview links to it', () => {
  const page = resultsPage('streaming-kafka', sampleSummary([sampleResult]))
  assert.match(page, /<a id="consumer-lag"><\/a>\n\n## Consumer lag: What becomes of the lag\?/)
  assert.match(page, /!\[consumer-lag\]\(\.\.\/\.\.\/test-results-screenshot\/consumer-lag\.svg\)/)
  assert.match(page, /\*\*Verdict: invalid\.\*\*/)
  assert.match(
    overviewTable([sampleSummary([sampleResult])], model => `${model}/tests/results/README.md`),
    /\(streaming-kafka\/tests\/results\/README\.md#consumer-lag\)/,
  )
})

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { byRate, configurationsOf, scenarioGrid, scenarioResultsOf } from '../../comparison/repeated-measures.ts'
import { scorecard } from '../../comparison/scorecard.ts'
import { comparisonText, scorecardText } from '../../comparison/text.ts'
import { COMPARISON } from '../../publish/comparison.ts'
import { summaryOf } from '../../publish/output-paths.ts'
import { experiments, models } from '../../session/registry.ts'
import { parseSummary, ROOT } from '../../session/run-folder.ts'
import { assertFits, assertWhole } from '../../testing/assert-width.ts'
import { keyMetrics } from './key-metrics.ts'
import { overviewOf, renderOverview, renderResult } from './report.ts'
import { wrapped } from './screen.ts'
import { draw, type Grid, gridOf, textTable } from './table.ts'

const WIDTHS = [80, 100, 120]

const read = (file: string) => parseSummary(readFileSync(join(ROOT, file), 'utf8'), file)
const runs = models.map(({ name }) => read(summaryOf(name)))
const results = runs.flatMap(run => run.results)
const compared = read(join(COMPARISON, 'summary.json'))

function assertTable(grid: Grid, width: number): void {
  const table = textTable(grid, width)
  assertFits(table, width)
  const cells = grid.rows.flatMap(row => [row.name, ...row.cells])
  assertWhole(table, [...grid.heads.flatMap(({ name, unit }) => [name, unit && `[${unit}]`]), ...cells, ...grid.notes])
}

for (const width of WIDTHS) {
  test(`the table of every experiment is no wider than ${width} columns, and no word of it is broken`, () => {
    assert.equal(results.length, Object.keys(experiments).length)
    for (const result of results) assertTable(gridOf(result), width)
  })

  test(`the tables of every scenario are no wider than ${width} columns, and no word of them is broken`, () => {
    assert.ok(compared.comparison)
    for (const scenario of scenarioResultsOf(compared.comparison, compared.results))
      for (const [, own] of byRate(scenario.results))
        assertTable(scenarioGrid(configurationsOf(own, scenario.models)), width)
  })

  test(`the scorecard is no wider than ${width} columns, and each figure stands whole in the line of its model`, () => {
    const lines = scorecardText(compared, width).map(stripVTControlCharacters).join('\n')
    const { models, rows, notes } = scorecard(compared) ?? assert.fail()
    assertFits(lines, width)
    assertWhole(lines, [...rows.flatMap(({ need, measured, answer }) => [need, `${measured}:`, answer]), ...notes])
    for (const { text } of rows.flatMap(({ cells }) => cells))
      assert.ok(
        lines.split('\n').some(line => models.some(model => line.includes(model)) && line.includes(text)),
        text,
      )
  })

  test(`all that a run and a comparison say on a terminal of ${width} columns fits, with each sentence as it is`, () => {
    const texts = [
      ...results.map(result => renderResult(result, width)),
      ...runs.map(run => renderOverview(run, 'runs/latest', width)),
      comparisonText(compared, 'runs/latest', width),
    ].map(stripVTControlCharacters)
    for (const text of texts) {
      assertFits(wrapped(text, width), width)
      assert.equal(wrapped(text, width).replaceAll(/\s+/g, ' '), text.replaceAll(/\s+/g, ' '))
    }
  })

  test(`the overview and the list of experiments are no wider than ${width} columns, and no word of them is broken`, () => {
    const overview = stripVTControlCharacters(overviewOf(results, width))
    assertFits(overview, width)
    assertWhole(
      overview,
      results.flatMap(result => [`${result.model}/${result.experiment}`, ...keyMetrics(result)]),
    )
    const rows = Object.entries(experiments).map(([id, { question }]) => [id, question])
    const list = draw(['experiment', 'question'], rows, [0, 1], width)
    assertFits(list, width)
    assertWhole(list, rows.flat())
  })
}

test('tables that words do not let be as narrow as the terminal are lists', () => {
  const rows = [['a-very-long-identifier-of-something', 'another-one-of-some-length', '4.21']]
  assert.equal(
    draw(['id', 'from', 'took [ms]'], rows, [0, 1], 40),
    'a-very-long-identifier-of-something\n  from: another-one-of-some-length\n  took [ms]: 4.21',
  )
})

test('a sign and a unit stay with their number where a line is broken', () => {
  assert.equal(wrapped('it took ≥ 5,000 ms to end', 10), 'it took\n≥ 5,000 ms\nto end')
})

test('the samples in the README and in the docs are no wider than 80 columns', () => {
  const tables = globSync(['README.md', 'docs/**/*.md', '*/README.md'], { cwd: ROOT }).flatMap(file =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter(line => /^[│┌├└]/.test(line)),
  )
  assert.ok(tables.length > 5)
  for (const line of tables) assertFits(line, 80)
})

// The wording of everything that is rendered from a summary, in one file: other tests assert data. To accept a change of
// wording: UPDATE_GOLDEN=1 node --test lab/report/golden.test.ts
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { explain, narrativeOf } from '../comparison/narrative.ts'
import { recommendations } from '../comparison/recommendations.ts'
import { configurationsOf } from '../comparison/repeated-measures.ts'
import { scenarios } from '../comparison/scenarios.ts'
import { cellLine, comparisonText } from '../comparison/text.ts'
import { sampleComparison } from '../testing/sample-comparison.ts'
import { MODELS, sampleCell, sampleResult, sampleSummary } from '../testing/sample-result.ts'
import { runEnd } from '../cli/run-end.ts'
import { HOW_TO_READ } from './html/parts.ts'
import { sharesSentences } from './html/pictures.ts'
import { overall } from './html/verdicts.ts'
import { resultsPage } from './markdown.ts'
import { endBox } from './terminal/end-box.ts'
import { renderOverview, renderResult } from './terminal/report.ts'

const GOLDEN = new URL('golden.txt', import.meta.url)
const WIDTH = 120
const summary = sampleComparison()
const stopped = { ...summary, results: summary.results.slice(0, 3) }

const measured = (values: Record<string, number | null>) => [sampleCell('one', 'burst', 1, { plain: values })]
const narrative = (values: Record<string, number | null>) => narrativeOf(configurationsOf(measured(values), MODELS))

function sentencesOf(name: string, values: Record<string, number | null>): string[] {
  const scenario = scenarios.find(each => each.name === name) ?? assert.fail()
  const [{ measures } = assert.fail()] = measured(values)
  return explain(scenario, syncRest.name, [{ measures, checks: [], variant: { name: 'plain' } }])
}

const quantiles = [
  { variant: 'throttled', latency: 'accepted', points: [[0.5, 10, 0]] satisfies [number, number, 0][] },
]

const SECTIONS: Record<string, () => readonly string[]> = {
  'recommendations of the sample comparison': () =>
    recommendations(summary).flatMap(({ condition, advice, evidence }) => [
      condition,
      `  ${advice}`,
      ...evidence.map(({ model, scenario, text }) => `    ${model} (${scenario}): ${text}`),
    ]),
  'narrative: all orders recovered by the end of the disruption': () =>
    narrative({ 'completed ÷ requested': 50, 'time to full recovery': 0 }),
  'narrative: the last order recovered later': () =>
    narrative({ 'completed ÷ requested': 50, 'peak open orders': 12, 'time to full recovery': 1_300 }),
  'narrative: more orders than can be decided': () =>
    narrative({
      'goodput at 1.25 times': 99.6,
      'goodput at 2 times': 100,
      'goodput at 3 times': 97,
      'turned away p50': 4.2,
    }),
  'sentences of a healthy cell': () => sentencesOf('healthy', { 'accepted p50': 2.75, 'completed p50': 2.14 }),
  'sentences of a cell with a disruption': () =>
    sentencesOf('burst', {
      'during: availability': 99.5,
      'completed ÷ requested': 100,
      'longest wait': 37.1,
      'peak open orders': 17,
      'time to full recovery': 22,
    }),
  'sentences of a cell that never recovered': () => sentencesOf('burst', { 'during: availability': 0 }),
  'sentences of a reader that read again, in a result without its parts': () =>
    sentencesOf('read-again', { 'all read again after': 568 }),
  'latency by share': () => sharesSentences({ ...sampleResult, quantiles }),
  'verdict of the sample comparison': () => [overall(summary), overall(stopped)],
  'a cell that is done': () => [cellLine(summary.results.at(-1) ?? assert.fail())],
  'how to read the pictures': () => [HOW_TO_READ],
  'the comparison on the terminal': () => [comparisonText(summary, 'runs/sample', WIDTH)],
  'an experiment on the terminal': () => [renderResult(sampleResult, WIDTH)],
  'the overview of a run on the terminal': () => [renderOverview(sampleSummary([sampleResult]), 'runs/sample', WIDTH)],
  'the end of a comparison': () => [endBox({ ...runEnd(summary), report: '/runs/sample/report.html' }, WIDTH)],
  'the page of a model': () => [resultsPage('streaming-kafka', sampleSummary([sampleResult]))],
}

test('every text rendered from the sample summaries is as in golden.txt', () => {
  const sections = Object.entries(SECTIONS).map(([name, lines]) => `=== ${name}\n${lines().join('\n')}\n`)
  const text = stripVTControlCharacters(sections.join('\n'))
  if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, text)
  assert.equal(text, readFileSync(GOLDEN, 'utf8'))
})

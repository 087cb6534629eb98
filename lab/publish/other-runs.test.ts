import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Summary } from '#engine/run/summary.ts'
import { scorecard, spreadText } from '../comparison/scorecard.ts'
import { parseSummary } from '../session/run-folder.ts'
import { sampleComparison } from '../testing/sample-comparison.ts'
import { otherRunsPage, pairsOf, reduced } from './other-runs.ts'
import { objectionsPage } from './objections.ts'

const published = sampleComparison()

/** The committed comparison, which measured more than the sample. */
const whole = parseSummary(
  readFileSync(new URL('../../docs/comparison/summary.json', import.meta.url), 'utf8'),
  'summary.json',
)

/** On another machine, where a model needs more memory than all others. */
const other: Summary = {
  ...published,
  machine: { ...published.machine, cpu: 'Other CPU' },
  results: published.results.map(result => ({
    ...result,
    measures: result.measures.map(measure =>
      measure.name === 'memory' && result.model === 'sync-rest' ? { ...measure, value: 9_000 } : measure,
    ),
  })),
}

test('what is kept of the other run gives its scorecard', () => {
  assert.deepEqual(scorecard(reduced(other)), scorecard(other))
  assert.equal(spreadText(reduced(other)), spreadText(other))
  assert.ok(JSON.stringify(reduced(other)).length < JSON.stringify(other).length)
})

test('what is kept of the other run answers every objection as the whole of it does', () => {
  const nothing: Summary = { ...published, results: [], brokers: {} }
  assert.equal(objectionsPage(nothing, '', [reduced(whole)]), objectionsPage(nothing, '', [whole]))
})

test('an answer is the same where the same models are good for the need', () => {
  assert.ok(pairsOf(published, published).every(({ isSame }) => isSame))
  const differing = pairsOf(published, reduced(other)).filter(({ isSame }) => !isSame)
  assert.deepEqual(
    differing.map(({ row }) => row.need),
    ['Memory is scarce.'],
  )
})

test('a need for which a model is void in one of the runs is not counted', () => {
  const voided: Summary = {
    ...other,
    results: other.results.map(result => ({
      ...result,
      measures: result.measures.map(measure =>
        measure.name === 'memory' && result.model === 'streaming-kafka' ? { ...measure, value: null } : measure,
      ),
    })),
  }
  assert.ok(!pairsOf(published, voided).some(({ row }) => row.need === 'Memory is scarce.'))
})

test('the page has the figures of the other run, how many answers are the same, and both answers where they differ', () => {
  const page = otherRunsPage(published, [reduced(other)])
  const all = pairsOf(published, other).length
  assert.match(page, new RegExp(`gives the same answer to ${all - 1} of ${all} needs`))
  assert.match(page, /Memory is scarce.+9,000.+in the published run: no difference measured/)
  assert.match(
    objectionsPage(published, '', [reduced(other)]),
    /Run \[.+\]\(other-runs\.md#run-.+\) was on .+ Other CPU, and gives the same answer to/,
  )
})

test('an objection about which only the other run measured something is answered by that one', () => {
  const isRate = ({ name }: { name: string }) => name.startsWith('known p')
  const lacking: Summary = {
    ...published,
    results: published.results.map(each => ({ ...each, measures: each.measures.filter(one => !isRate(one)) })),
  }
  const latency = (page: string) => page.split('\n').find(line => line.includes('Latency ends with the outcome')) ?? ''
  assert.match(latency(objectionsPage(lacking, '')), /This run measured nothing about it/)
  assert.match(
    latency(objectionsPage(lacking, '', [lacking, reduced(other)])),
    /Not measured in this run; in run \[.+\]\(other-runs.md#run-.+\): Models are compared by .*sync-rest [\d.]+[^\]]*$/,
  )
})

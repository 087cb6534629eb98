import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleResult } from '../../testing/sample-result.ts'
import { scenarioPicture } from './scenario.ts'
import { sampleComparison } from '../../testing/sample-comparison.ts'
import { sharesSentences } from './pictures.ts'
import { overall } from './verdicts.ts'
import { stoppedText } from '../terminal/report.ts'

test('a run that was stopped says how many results it has, and a complete one says nothing of it', () => {
  const { comparison = assert.fail(), ...summary } = sampleComparison()
  const results = [{ ...sampleResult, verdict: 'valid' as const }]
  const id = 'streaming-kafka/consumer-lag'
  const complete = [{ ...summary, comparison }, { results }, { results, requested: [id] }]
  assert.deepEqual(complete.map(stoppedText), ['', '', ''])
  const cut = [
    { comparison, results: summary.results.slice(0, 3) },
    { results, requested: [id, 'streaming-kafka/replay'] },
  ]
  for (const [nth, of] of [summary.results.length, 2].entries()) {
    const text = stoppedText(cut[nth] ?? assert.fail())
    assert.match(text, new RegExp(`\\b${cut[nth]?.results.length} of ${of}\\b`))
    assert.ok(overall({ ...summary, ...(cut[nth] ?? assert.fail()) }).startsWith(text))
  }
})

test('a median is stated where accepted latency was measured, and nothing where it was not', () => {
  const points: [number, number, 0 | 1][] = [[0.5, 10, 0]]
  const of = (latency: string) =>
    sharesSentences({ ...sampleResult, quantiles: [{ variant: 'throttled', latency, points }] }).length
  assert.deepEqual([of('accepted'), of('completed')], [2, 0])
})

test('the first repetition is drawn, also where a resumed comparison ran it last', () => {
  const { comparison = assert.fail(), results } = sampleComparison()
  const about = comparison.about.find(({ name }) => name === 'burst') ?? assert.fail()
  const first = results.filter(({ cell }) => cell?.scenario === 'burst')
  const second = first.map(each => ({
    ...each,
    series: [],
    cell: { scenario: 'burst', ordersPerSecond: 50, repeat: 2 },
  }))
  const { models } = comparison
  const drawn = (all: typeof first) => JSON.stringify(scenarioPicture({ about, models, results: all }, 'scenario'))
  assert.notEqual(drawn(second), drawn(first))
  assert.equal(drawn([...second, ...first]), drawn(first))
})

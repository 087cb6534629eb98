import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleResult } from '../../testing/sample-result.ts'
import { scenarioPicture } from './scenario.ts'
import { sampleComparison } from '../../testing/sample-comparison.ts'
import { sharesSentences } from './pictures.ts'
import { overall } from './verdicts.ts'

test('a comparison that was stopped says how much of it is there, and a whole one does not', () => {
  const { comparison = assert.fail(), ...summary } = sampleComparison()
  const all = `${summary.results.length}`
  assert.doesNotMatch(overall({ ...summary, comparison }), /stopped/)
  const cut = { results: summary.results.slice(0, 3), comparison }
  assert.match(overall(cut), new RegExp(`^It was stopped: 3 of ${all} results are there\\. .*3 results`))
})

test('a run that was stopped says how much of it is there, and one that does not tell what it was asked for says nothing', () => {
  const results = [{ ...sampleResult, verdict: 'valid' as const }]
  const cut = overall({ results, requested: ['streaming-kafka/consumer-lag', 'streaming-kafka/replay'] })
  assert.match(cut, /^It was stopped: 1 of 2 results are there\. The one result is valid/)
  for (const whole of [{ results }, { results, asked: ['streaming-kafka/consumer-lag'] }])
    assert.doesNotMatch(overall(whole), /stopped/)
})

test('under the latencies stands the median of each variant, and whether orders had to wait to be sent', () => {
  const points = (ms: number): [number, number, 0 | 1][] => [
    [0.5, ms, 0],
    [0.9, 4 * ms, 0],
  ]
  const quantiles = (uncorrected: number) => [
    { variant: 'throttled', latency: 'accepted', points: points(10) },
    { variant: 'throttled', latency: 'accepted uncorrected', points: points(uncorrected) },
  ]
  const of = (uncorrected: number) => sharesSentences({ ...sampleResult, quantiles: quantiles(uncorrected) })
  assert.deepEqual(of(10), [
    'Half of the orders had their answer within 10 ms (throttled).',
    'Counted from the plan and from the start it is the same to a tenth: orders hardly had to wait to be sent.',
  ])
  const onlyCompleted = [{ variant: 'throttled', latency: 'completed', points: points(10) }]
  assert.deepEqual(sharesSentences({ ...sampleResult, quantiles: onlyCompleted }), [])
  assert.match(of(5)[1] ?? '', /it is 40 ms in place of 20 ms at 90\.0 % \(throttled\): orders had to wait/)
})

test('of repetitions the first is drawn, also where it was gone on with and ran last', () => {
  const { comparison = assert.fail(), results } = sampleComparison()
  const about = comparison.about.find(({ name }) => name === 'burst') ?? assert.fail()
  const first = results.filter(({ cell }) => cell?.scenario === 'burst')
  const second = first.map(each => ({
    ...each,
    series: [],
    cell: { scenario: 'burst', ordersPerSecond: 50, repeat: 2 },
  }))
  const drawn = (all: typeof first) => JSON.stringify(scenarioPicture(about, 'scenario', comparison.models, all, []))
  assert.notEqual(drawn(second), drawn(first))
  assert.equal(drawn([...second, ...first]), drawn(first))
})

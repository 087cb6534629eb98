import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Result } from '#engine/run/summary.ts'
import { exitCodeOf } from '../cli/command-line.ts'
import { experiments } from './registry.ts'
import { sampleResult } from '../testing/sample-result.ts'
import { withThresholds, expectedMeasures, readThreshold, refuseImpossible } from './thresholds.ts'

const lag = experiments['streaming-kafka/consumer-lag'] ?? assert.fail()
const all = Object.values(experiments).flatMap(experiment => expectedMeasures(experiment, 'quick'))
const valid: Result = {
  ...sampleResult,
  verdict: 'valid',
  checks: [],
  measures: [
    { variant: 'throttled', name: 'peak lag', unit: 'records', value: 5_000 },
    { variant: 'control', name: 'peak lag', unit: 'records', value: 100 },
  ],
}
const judged = (text: string, result = valid) => {
  const { checks, verdict } = withThresholds(result, lag, [readThreshold(text)])
  return { verdict, checks: checks.map(check => [check.variant, check.verdict]) }
}

test('a threshold is judged in every variant that has the measure, and a broken one makes the run invalid', () => {
  assert.deepEqual(judged('peak lag < 1000'), {
    verdict: 'invalid',
    checks: [
      ['throttled', 'invalid'],
      ['control', 'valid'],
    ],
  })
  assert.deepEqual(judged('control: peak lag < 1000'), { verdict: 'valid', checks: [['control', 'valid']] })
  const { verdict } = withThresholds(valid, lag, [readThreshold('peak lag < 1000')])
  assert.equal(exitCodeOf({ results: [{ ...valid, verdict }] }), 1)
})

test('a threshold of another experiment leaves a result as it is', () => {
  assert.equal(withThresholds(valid, lag, [readThreshold('drain rate > 1')]), valid)
  assert.equal(withThresholds(valid, lag, []), valid)
})

test('a threshold of this experiment of which nothing was measured is unknown', () => {
  assert.deepEqual(judged('completed p99 < 1 s'), { verdict: 'unknown', checks: [['all', 'unknown']] })
})

test('a variant without its safeguard may break a threshold, and that is no failure of the model', () => {
  const variants = valid.variants.map(variant => ({ ...variant, disabledSafeguard: 'the inbox' }))
  assert.equal(judged('control: peak lag < 1', { ...valid, variants }).verdict, 'vacuous')
})

test('every measure of a table, of the standard ones and of those that count orders may be named before the run', () => {
  for (const [id, { columns }] of Object.entries(experiments)) {
    const experiment = experiments[id] ?? assert.fail()
    const known = expectedMeasures(experiment, 'quick')
    for (const name of [...columns, 'completed p99', 'availability', 'lost', 'answers 504 deadline-passed'])
      refuseImpossible(readThreshold(`${name} > 0`), known)
  }
})

test('what no experiment of the run can have is refused before it, with the nearest name or the unit', () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => refuseImpossible(readThreshold(text), all), { name: 'UsageError', message })
  refused('peak lagg < 5', /no measure "peak lagg"; did you mean "peak lag"\?/)
  refused('answers 5O4 deadline-passed < 1', /did you mean "answers 504 deadline-passed"\?/)
  refused('wonders < 5', /there are: requested, accepted min, .+/)
  refused('throtled: peak lag < 5', /no variant "throtled"; did you mean "throttled"\?/)
  refused(
    'peak lag < 5 s',
    /The unit "s" of the threshold "peak lag < 5 s" is not that of the measure; give it in records\./,
  )
  refuseImpossible(readThreshold('completed p99 < 5 s'), all)
})

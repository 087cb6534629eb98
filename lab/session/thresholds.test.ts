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

test('a threshold is evaluated in every variant that has the measure, and a broken one makes the run invalid', () => {
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

test('a threshold for another experiment leaves a result unchanged', () => {
  assert.equal(withThresholds(valid, lag, [readThreshold('drain rate > 1')]), valid)
  assert.equal(withThresholds(valid, lag, []), valid)
})

test('a threshold whose measure is missing from the result is unknown', () => {
  assert.deepEqual(judged('completed p99 < 1 s'), { verdict: 'unknown', checks: [['all', 'unknown']] })
})

test('a variant without its safeguard may break a threshold without failing the model', () => {
  const variants = valid.variants.map(variant => ({ ...variant, disabledSafeguard: 'the inbox' }))
  assert.equal(judged('control: peak lag < 1', { ...valid, variants }).verdict, 'vacuous')
})

test('a threshold may name every column of an experiment, every standard measure and every answer', () => {
  for (const [id, { columns }] of Object.entries(experiments)) {
    const experiment = experiments[id] ?? assert.fail()
    const known = expectedMeasures(experiment, 'quick')
    for (const name of [...columns, 'completed p99', 'availability', 'lost', 'answers 504 deadline-passed'])
      refuseImpossible(readThreshold(`${name} > 0`), known)
  }
})

test('a threshold that no experiment of the run can have is refused, with the nearest name or the expected unit', () => {
  const refused = (text: string, message: RegExp) =>
    assert.throws(() => refuseImpossible(readThreshold(text), all), { name: 'UsageError', message })
  refused('peak lagg < 5', /no measure "peak lagg"; did you mean "peak lag"\?/)
  refused('answers 5O4 deadline-passed < 1', /did you mean "answers 504 deadline-passed"\?/)
  refused('wonders < 5', /valid names: requested, accepted min, .+/)
  refused('throtled: peak lag < 5', /no variant "throtled"; did you mean "throttled"\?/)
  refused(
    'peak lag < 5 s',
    /The unit "s" of the threshold "peak lag < 5 s" is not that of the measure; give it in records\./,
  )
  refuseImpossible(readThreshold('completed p99 < 5 s'), all)
})

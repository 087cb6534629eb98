import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluateThreshold, evaluateThresholds, OPS, parseThreshold } from './thresholds.ts'

const p99 = (value: number | null, more: object = {}) => ({ name: 'completed p99', unit: 'ms', value, ...more })
const verdictOf = (text: string, ...measures: ReturnType<typeof p99>[]) =>
  evaluateThreshold(parseThreshold(text), 'steady', measures)?.verdict

test('a threshold names a measure, perhaps of a variant, with an operator, a number, and perhaps a unit', () => {
  const parsed = (text: string) => {
    const { subject, op, bound, unit } = parseThreshold(text)
    return [subject, op, bound, unit]
  }
  assert.deepEqual(parsed('completed p99 < 500ms'), ['completed p99', '<', 500, 'ms'])
  assert.deepEqual(parsed('  during:answer max<=1.5  s '), ['during: answer max', '<=', 1.5, 's'])
  assert.deepEqual(parsed('deadline below, breaker: completed ÷ requested >= 99 %'), [
    'deadline below, breaker: completed ÷ requested',
    '>=',
    99,
    '%',
  ])
  assert.deepEqual(parsed('drain rate > 100 orders/s'), ['drain rate', '>', 100, 'orders/s'])
  assert.deepEqual(parsed('lost <= 0'), ['lost', '<=', 0, ''])
})

test('what is no threshold is refused in one sentence that shows the form', () => {
  for (const text of ['', 'completed p99', 'completed p99 = 5', '< 5', 'a < b', 'a < 5,000 ms', 'a < 5 < 6', 'a => 5'])
    assert.throws(() => parseThreshold(text), { message: /^".*" is no threshold; it has the form .+\.$/ }, text)
})

test('a measure keeps a threshold or breaks it, at the bound too', () => {
  const verdicts = (value: number) => OPS.map(op => verdictOf(`completed p99 ${op} 5`, p99(value)))
  assert.deepEqual(verdicts(4), ['valid', 'invalid', 'valid', 'invalid'])
  assert.deepEqual(verdicts(5), ['valid', 'valid', 'invalid', 'invalid'])
  assert.deepEqual(verdicts(6), ['invalid', 'valid', 'invalid', 'valid'])
})

test('a figure that is only "at least" breaks an upper bound that it has passed, and never keeps one', () => {
  const verdicts = (value: number) => OPS.map(op => verdictOf(`completed p99 ${op} 5`, p99(value, { atLeast: true })))
  assert.deepEqual(verdicts(4), ['unknown', 'unknown', 'unknown', 'unknown'])
  assert.deepEqual(verdicts(5), ['unknown', 'valid', 'invalid', 'unknown'])
  assert.deepEqual(verdicts(6), ['invalid', 'valid', 'invalid', 'valid'])
})

test('times are converted, and units of two kinds are unknown', () => {
  assert.equal(verdictOf('completed p99 < 0.5 s', p99(499)), 'valid')
  assert.equal(verdictOf('completed p99 < 0.5 s', p99(501)), 'invalid')
  assert.equal(verdictOf('lag < 90000 ms', { ...p99(2), name: 'lag', unit: 'min' }), 'invalid')
  const mixed = evaluateThreshold(parseThreshold('completed p99 < 5 %'), 'steady', [p99(1)])
  assert.deepEqual(mixed, {
    name: 'threshold completed p99 < 5 %',
    verdict: 'unknown',
    detail: 'completed p99 is in ms, and the threshold in %.',
  })
})

test('a void measure is unknown with its reason, and one that is not there is not judged', () => {
  const judged = evaluateThreshold(parseThreshold('completed p99 < 5'), 'steady', [
    p99(null, { note: 'generator-bound' }),
  ])
  assert.deepEqual([judged?.verdict, judged?.detail], ['unknown', 'completed p99 has no value: generator-bound.'])
  assert.equal(verdictOf('accepted p99 < 5', p99(1)), undefined)
})

test('an answer that no client got counts as 0 times, unless nothing was measured', () => {
  assert.equal(verdictOf('answers 504 deadline-passed <= 0', p99(1)), 'valid')
  assert.equal(verdictOf('answers 201 > 0', p99(1)), 'invalid')
  assert.equal(verdictOf('answers 201 > 0'), undefined)
})

test('a threshold of a variant is about it alone', () => {
  assert.equal(verdictOf('steady: completed p99 < 5', p99(1)), 'valid')
  assert.equal(verdictOf('other: completed p99 < 5', p99(1)), undefined)
})

test("an experiment's own thresholds are unknown where they are none, or of what was not measured", () => {
  const checks = evaluateThresholds(['completed p99 < 5', 'acepted p99 < 5', 'nonsense'], 'steady', [p99(9)])
  assert.deepEqual(
    checks.map(({ verdict }) => verdict),
    ['invalid', 'unknown', 'unknown'],
  )
  assert.deepEqual(
    checks.map(({ name }) => name),
    ['threshold completed p99 < 5', 'threshold acepted p99 < 5', 'threshold nonsense'],
  )
})

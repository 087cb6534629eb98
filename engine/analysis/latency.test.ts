import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canBeShown, nearestRank, percentiles, type Sample, answerLatency, isGeneratorBound } from './latency.ts'
import type { Answer, Attempt } from '../load/attempt.ts'

const known = (ms: number, lateMs = 0): Sample => ({ ms, lateMs, atLeast: false })
const oneTo = (count: number): Sample[] => Array.from({ length: count }, (_, index) => known(index + 1))

test('nearest rank gives the textbook figures and never a value between two samples', () => {
  const ascending = [15, 20, 35, 40, 50]
  const figures = [0, 50, 300, 400, 500, 1000].map(perMille => nearestRank(ascending, perMille))
  assert.deepEqual(figures, [15, 15, 20, 20, 35, 50])
  assert.throws(() => nearestRank([], 500), RangeError)
})

test('figures do not depend on the sequence of the samples', () => {
  const all = percentiles(oneTo(20_000).reverse())
  assert.deepEqual(all.min, { ms: 1, atLeast: false })
  assert.deepEqual(all.p50, { ms: 10_000, atLeast: false })
  assert.deepEqual(all.p90, { ms: 18_000, atLeast: false })
  assert.deepEqual(all.p99, { ms: 19_800, atLeast: false })
  assert.deepEqual(all.max, { ms: 20_000, atLeast: false })
})

test('a percentile is shown from the count at which ten samples lie beyond it', () => {
  for (const [name, count] of [
    ['p50', 20],
    ['p90', 100],
    ['p99', 1000],
  ] as const) {
    assert.equal(typeof percentiles(oneTo(count))[name].ms, 'number', `${name} of ${count}`)
    const short = percentiles(oneTo(count - 1))[name]
    assert.ok(short.ms === undefined, `${name} of ${count - 1}`)
    assert.match(short.why, /^9 of \d+ samples lie beyond p\d+; ten are needed$/)
  }
})

test('a measure can be shown from the count of samples at which its percentile is', () => {
  for (const count of [0, 19, 20, 99, 100, 999, 1000, 2000])
    for (const name of ['p50', 'p90', 'p99'] as const)
      assert.equal(canBeShown(`accepted ${name}`, count), percentiles(oneTo(count))[name].ms !== undefined)
  assert.equal(canBeShown('accepted max', 0), true)
})

test('an unknown sample marks the figures it could raise, and no other', () => {
  const samples = [...oneTo(99), { ms: 60, lateMs: 0, atLeast: true }]
  const { min, p50, p90, max } = percentiles(samples)
  assert.deepEqual(
    [min, p50],
    [
      { ms: 1, atLeast: false },
      { ms: 50, atLeast: false },
    ],
  )
  assert.deepEqual(
    [p90, max],
    [
      { ms: 89, atLeast: true },
      { ms: 99, atLeast: true },
    ],
  )
})

test('without samples there are no figures', () => {
  const none = percentiles([])
  assert.deepEqual([none.min, none.max], [{ why: 'no samples' }, { why: 'no samples' }])
  assert.equal(none.p50.ms, undefined)
})

const MS = 1e6
const ok: Answer = { kind: 'status', status: 201, text: '' }

const attempt = (
  index: number,
  plannedMs: number,
  startedMs: number,
  answeredMs?: number,
  answer: Answer = ok,
): Attempt => ({
  index,
  orderId: `order-${index}`,
  attempt: 1,
  plannedNs: plannedMs * MS,
  startedNs: startedMs * MS,
  answeredNs: answeredMs === undefined ? undefined : answeredMs * MS,
  answer,
})

test('the corrected figure counts from the plan, the uncorrected from the start', () => {
  const { corrected, uncorrected } = answerLatency([attempt(0, 10, 13, 20)], 1000)
  assert.deepEqual(corrected.max, { ms: 10, atLeast: false, isLate: true })
  assert.deepEqual(uncorrected.max, { ms: 7, atLeast: false, isLate: true })
})

test('whatever brought no answer counts at its deadline, also when it failed at once', () => {
  for (const kind of ['refused', 'reset', 'deadline'] as const) {
    const failed = attempt(0, 0, 2, undefined, { kind, atNs: 3 * MS, detail: '' })
    const { corrected, uncorrected } = answerLatency([failed], 500)
    assert.deepEqual(corrected.max, { ms: 502, atLeast: true })
    assert.deepEqual(uncorrected.max, { ms: 500, atLeast: true })
  }
})

test('an attempt that the generator cut short is left out', () => {
  const aborted = attempt(1, 0, 0, undefined, { kind: 'aborted', atNs: 1, detail: '' })
  assert.deepEqual(answerLatency([attempt(0, 0, 0, 5), aborted], 500).corrected.max, { ms: 5, atLeast: false })
})

test('a target that stalls 200 ms each second has a corrected p99 of 190 ms, whatever the client felt', () => {
  const attempts = Array.from({ length: 2000 }, (_, index) => {
    const plannedMs = index / 2
    const freeMs = Math.max(plannedMs, 200)
    return attempt(index, plannedMs, freeMs, freeMs)
  })
  const { corrected, uncorrected } = answerLatency(attempts, 1000)
  assert.deepEqual(corrected.p99, { ms: 190, atLeast: false, isLate: true })
  assert.deepEqual(uncorrected.p99, { ms: 0, atLeast: false, isLate: true })
})

test('a figure is void when late starts add both more than 1 ms and more than a tenth to it', () => {
  assert.equal(isGeneratorBound(10, 8.9), true)
  assert.equal(isGeneratorBound(12, 10.9), false)
  assert.equal(isGeneratorBound(5, 4.1), false)
  assert.equal(isGeneratorBound(1_000, 910), false)
})

test('late starts void the figures that they make, and no other of the same samples', () => {
  const isLate = (samples: Sample[]) => {
    const { p50, p99 } = percentiles(samples)
    return [p50, p99].map(figure => figure.ms !== undefined && (figure.isLate ?? false))
  }
  const every = (nth: number, late: Sample, ms = (index: number) => (40 * index) / 1_000) =>
    Array.from({ length: 1_000 }, (_, index) => (index % nth === 0 ? late : known(ms(index))))
  assert.deepEqual(isLate(every(1, known(10, 2))), [true, true])
  assert.deepEqual(isLate(every(50, known(90, 80))), [false, true])
  assert.deepEqual(isLate(every(50, known(13, 5))), [false, false], 'of orders that were quick all the same')
  assert.deepEqual(
    isLate(every(50, known(40.1, 20), () => 40)),
    [false, false],
    'the sample at the rank was late, and another one would be there',
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figureText, nearestRank, percentiles, type Sample } from './percentiles.ts'

const known = (ms: number): Sample => ({ ms, atLeast: false })
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
  assert.deepEqual(all['p99.9'], { ms: 19_980, atLeast: false })
  assert.deepEqual(all.max, { ms: 20_000, atLeast: false })
})

test('a percentile is shown from the count at which ten samples lie beyond it', () => {
  for (const [name, count] of [
    ['p50', 20],
    ['p90', 100],
    ['p99', 1000],
    ['p99.9', 10_000],
  ] as const) {
    assert.equal(typeof percentiles(oneTo(count))[name].ms, 'number', `${name} of ${count}`)
    const short = percentiles(oneTo(count - 1))[name]
    assert.ok(short.ms === undefined, `${name} of ${count - 1}`)
    assert.match(short.why, /^9 of \d+ samples lie beyond p[\d.]+, ten are needed$/)
    assert.equal(figureText(short), '—')
  }
})

test('an unknown sample marks the figures it could raise, and no other', () => {
  const samples = [...oneTo(99), { ms: 60, atLeast: true }]
  const { unknown, min, p50, p90, max } = percentiles(samples)
  assert.equal(unknown, 1)
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

test('a figure is written with its mark and no more digits than it deserves', () => {
  assert.equal(figureText({ ms: 0.1234, atLeast: false }), '0.12')
  assert.equal(figureText({ ms: 4.25, atLeast: false }), '4.3')
  assert.equal(figureText({ ms: 2000, atLeast: true }), '≥ 2000')
})

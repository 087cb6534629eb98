import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { Result, Summary } from '#engine/run/summary.ts'
import type { Verdict } from '#engine/checks/check.ts'
import { sampleResult, sampleSummary } from '../../testing/sample-result.ts'
import { runCli, testFolder } from '../../testing/cli.ts'
import { diffRuns, gotWorse } from './diff.ts'
import { renderDiff } from './render.ts'

const result = (change: Partial<Result>): Result => ({ ...sampleResult, ...change })
const runOf = (...results: Result[]): Summary => sampleSummary(results)
const diffOf = (one: Summary, other: Summary) => diffRuns(one, other, { all: false })
const shown = (one: Summary, other: Summary) => stripVTControlCharacters(renderDiff(diffOf(one, other), 200))

test('a run does not differ from itself', () => {
  const run = runOf(sampleResult)
  const { conditions, onlyOne, onlyOther, verdicts } = diffOf(run, run)
  assert.deepEqual([conditions, onlyOne, onlyOther, verdicts], [[], [], [], []])
  assert.match(shown(run, run), /measured under the same conditions\.\nNo verdict differs\.[^]+No verdict got worse\.$/)
})

test('differing conditions come first: of the machine, the run, the brokers, and of each experiment', () => {
  const one = runOf(sampleResult)
  const machine = { ...one.machine, cores: 64 }
  const brokers = { kafka: { source: 'docker', version: '4.3.0' } }
  const variants = sampleResult.variants.map(variant => ({
    ...variant,
    environment: { inventory_consumer: { CONCURRENCY: '1' } },
  }))
  const changed = result({ settings: { orders: 600 }, concurrency: 1, durability: 'on disk', variants })
  const other = { ...runOf(changed), machine, brokers, seed: 2, runtime: 'compose', profile: 'quick' as const }
  const whats = diffOf(one, other).conditions.map(({ what }) => what)
  const of = 'streaming-kafka/consumer-lag: '
  const own = [
    'orders',
    'concurrency (orders at once)',
    'where an accepted order was',
    'throttled, inventory_consumer CONCURRENCY',
    'control, inventory_consumer CONCURRENCY',
  ]
  assert.deepEqual(whats, ['profile', 'runtime', 'seed', 'machine', 'kafka', ...own.map(what => of + what)])
  assert.ok(shown(one, other).startsWith('Conditions that differ:'))
})

const judged = (verdict: Verdict, change: Partial<Result> = {}) =>
  result({
    verdict,
    checks: [{ name: 'lost', verdict, detail: `it is ${verdict}`, variant: 'control' }],
    ...change,
  })

test('the version of the lab is a condition', () => {
  const { conditions } = diffOf(
    { ...runOf(sampleResult), lab: '1.0.0 (a)' },
    { ...runOf(sampleResult), lab: '1.0.0 (b)' },
  )
  assert.deepEqual(conditions, [{ what: 'lab', one: '1.0.0 (a)', other: '1.0.0 (b)' }])
})

test('a verdict got worse when it was valid before, or when it became invalid', () => {
  const worse = (one: Verdict, other: Verdict) => gotWorse(diffOf(runOf(judged(one)), runOf(judged(other))))
  for (const verdict of ['invalid', 'unknown', 'vacuous'] as const) {
    assert.equal(worse('valid', verdict), 2, verdict)
    assert.equal(worse(verdict, 'valid'), 0, verdict)
  }
  assert.equal(worse('unknown', 'invalid'), 2)
  const text = shown(runOf(judged('valid')), runOf(judged('invalid')))
  assert.match(
    text,
    /all checks │ valid[^]+lost +│ valid +│ invalid +│ worse[^]+control, lost: it is invalid\n[^]+2 verdicts got worse\.$/,
  )
})

test('the worst verdict of the repetitions counts', () => {
  const cell = (repeat: number) => ({ cell: { scenario: 'none', ordersPerSecond: 20, repeat } })
  const one = runOf(judged('valid', cell(1)), judged('valid', cell(2)))
  const other = runOf(judged('invalid', cell(1)), judged('valid', cell(2)))
  assert.deepEqual(
    diffOf(one, other).verdicts.map(({ check, other }) => [check, other]),
    [
      [undefined, 'invalid'],
      ['lost', 'invalid'],
    ],
  )
})

test('a finding in a variant without a safeguard is shown, and does not count as worse', () => {
  const variants = sampleResult.variants.map(variant => ({ ...variant, disabledSafeguard: 'inbox' }))
  const other = runOf(judged('invalid', { verdict: 'valid', variants }))
  const diff = diffOf(runOf(judged('valid', { variants })), other)
  assert.deepEqual(
    diff.verdicts.map(({ check, isWorse }) => [check, isWorse]),
    [['lost', false]],
  )
})

test('experiments, variants and checks that only one run has are listed', () => {
  const more = { name: 'causal-order', verdict: 'valid' as const, detail: '', variant: 'control' }
  const newer = result({
    variants: [...sampleResult.variants, { name: 'extra', about: '', environment: {} }],
    checks: [...sampleResult.checks, more, { ...more, variant: 'extra' }],
  })
  const { onlyOne, onlyOther, verdicts } = diffOf(runOf(sampleResult, result({ experiment: 'replay' })), runOf(newer))
  assert.deepEqual(onlyOne, ['streaming-kafka/replay'])
  assert.deepEqual(onlyOther, [
    'streaming-kafka/consumer-lag: the variant extra',
    'streaming-kafka/consumer-lag: the check causal-order (control)',
  ])
  assert.deepEqual(verdicts, [])
})

test('a result that is missing in the other run counts as worse', () => {
  const diff = diffOf(runOf(sampleResult, result({ experiment: 'replay' })), runOf(sampleResult))
  assert.deepEqual(diff.missing, ['streaming-kafka/replay'])
  assert.equal(gotWorse(diff), 1)
  assert.match(
    stripVTControlCharacters(renderDiff(diff, 200)),
    /1 verdict got worse, 1 of them since .+ does not have it\.$/,
  )
  assert.equal(gotWorse(diffOf(runOf(sampleResult), runOf(sampleResult, result({ experiment: 'replay' })))), 0)
})

test('a variant or check that is missing in the other run counts as worse', () => {
  const [throttled, control] = sampleResult.variants
  assert.ok(throttled && control)
  const checks = sampleResult.checks.filter(({ variant }) => variant === 'throttled')
  const fewer = diffOf(runOf(sampleResult), runOf(result({ variants: [throttled], checks })))
  assert.deepEqual([fewer.missing, gotWorse(fewer)], [['streaming-kafka/consumer-lag: the variant control'], 1])
  const unlooked = diffOf(runOf(sampleResult), runOf(result({ checks })))
  assert.deepEqual(
    [unlooked.missing, gotWorse(unlooked)],
    [['streaming-kafka/consumer-lag: the check lost (control)'], 1],
  )
  assert.match(
    stripVTControlCharacters(renderDiff(unlooked, 200)),
    /Only in .+the check lost \(control\)[^]+1 verdict got worse/,
  )
  const more = diffOf(runOf(result({ variants: [throttled], checks })), runOf(sampleResult))
  assert.deepEqual([more.missing, gotWorse(more)], [[], 0])
})

test('a missing variant without a safeguard, or a missing check of it, is listed and does not count as worse', () => {
  const variants = sampleResult.variants.map(variant =>
    variant.name === 'control' ? { ...variant, disabledSafeguard: 'inbox' } : variant,
  )
  const checks = sampleResult.checks.filter(({ variant }) => variant === 'throttled')
  const whole = runOf(result({ variants }))
  for (const gone of [
    { variants, checks },
    { variants: variants.slice(0, 1), checks },
  ]) {
    const diff = diffOf(whole, runOf(result(gone)))
    assert.deepEqual([diff.onlyOne.length, diff.missing, gotWorse(diff)], [1, [], 0])
  }
})

test('two runs without a common experiment are refused', () => {
  const compared = () => diffOf(runOf(sampleResult), runOf(result({ experiment: 'replay' })))
  assert.throws(compared, {
    name: 'UsageError',
    message: /no experiment in common \(.+ has streaming-kafka\/consumer-lag; .+\/replay\)/,
  })
  assert.throws(() => diffOf(runOf(), runOf(sampleResult)), /beef has none;/)
})

test('lab diff exits with 1 when a verdict got worse and with 0 otherwise, as a table or as JSON', async () => {
  const folder = testFolder()
  try {
    const written = (verdict: Verdict) => {
      const path = join(folder.path, verdict)
      mkdirSync(path)
      writeFileSync(join(path, 'summary.json'), JSON.stringify(runOf(judged(verdict))))
      return path
    }
    const [good, bad] = [written('valid'), written('invalid')]
    const { code, stdout, stderr } = await runCli('main', ['diff', good, bad])
    assert.deepEqual([code, stderr], [1, ''])
    assert.match(stdout, /2 verdicts got worse\.\n$/)
    const json = await runCli('main', ['diff', bad, good, '--json'])
    assert.equal(json.code, 0)
    assert.deepEqual(
      JSON.parse(json.stdout),
      JSON.parse(JSON.stringify(diffOf(runOf(judged('invalid')), runOf(judged('valid'))))),
    )
  } finally {
    folder.remove()
  }
})

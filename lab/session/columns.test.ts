// The columns of all tables.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { FIGURES, percentiles } from '#engine/analysis/latency.ts'
import type { Experiment, Variant } from '#engine/experiment/define.ts'
import { arriveAs } from '#engine/load/plan.ts'
import { columnsOf } from '#engine/run/result.ts'
import { type ComparedProfile, type Profile, PROFILES, type Result } from '#engine/run/summary.ts'
import { DEFAULTS, plan } from '../comparison/plan.ts'
import { byRate, configurationsOf, repeatedMeasureOf } from '../comparison/repeated-measures.ts'
import { scenarios } from '../comparison/scenarios.ts'
import { COMPARISON } from '../publish/comparison.ts'
import { summaryOf } from '../publish/output-paths.ts'
import { experiments, models } from './registry.ts'
import { parseSummary, ROOT } from './run-folder.ts'

const cellsOf = (profile: ComparedProfile) => plan({ scenarios, models, ...DEFAULTS[profile], externalBrokers: [] })

const allOf = (profile: Profile): [string, Experiment][] => [
  ...Object.entries(experiments),
  ...(profile === 'smoke' ? [] : cellsOf(profile)).map(
    ({ id, experiment }) => [id, experiment] as [string, Experiment],
  ),
]

/** Of the orders that are measured; of those during the fault where the measure says so. */
function plannedSamples({ load, timeline = [], spans = [] }: Variant, measure: string): number {
  if (!/^(during|outage): /.test(measure)) return load.orders
  const times = timeline.flatMap(({ at }) => (typeof at === 'number' ? at : []))
  const { fromMs, toMs } = spans[0] ?? { fromMs: Math.min(...times), toMs: Math.max(...times) }
  const count = load.orders + (load.warmUpOrders ?? 0)
  const arrive = arriveAs(load.arrivals ?? 'uniform', 1)
  const starts = load.plan?.(count, load.ordersPerSecond, arrive) ?? arrive(count, load.ordersPerSecond)
  return starts.filter(({ offsetMs }) => offsetMs >= fromMs && offsetMs < toMs).length
}

const isShownOf = (measure: string, samples: number): boolean => {
  const name = FIGURES.find(each => measure.endsWith(` ${each}`))
  const figures = percentiles(Array.from({ length: samples }, (_, ms) => ({ ms, lateMs: 0, atLeast: false })))
  return name === undefined || figures[name].ms !== undefined
}

for (const profile of PROFILES)
  test(`no table has a percentile for which too few orders are planned (${profile})`, () => {
    for (const [id, experiment] of allOf(profile)) {
      const variants = experiment.variants(experiment.profiles[profile])
      for (const column of columnsOf(experiment, variants))
        assert.ok(
          variants.some(variant => isShownOf(column, plannedSamples(variant, column))),
          `${column} of ${id}`,
        )
    }
  })

test('a column that enough orders are planned for stays, and so does what is no percentile', () => {
  const columns = (id: string, profile: Profile = 'full') => {
    const [, experiment] = allOf(profile).find(([name]) => name === id) ?? assert.fail(id)
    return columnsOf(experiment, experiment.variants(experiment.profiles[profile]))
  }
  for (const [rate, isShown] of [
    [20, false],
    [100, true],
    [400, true],
  ] as const) {
    assert.equal(columns(`sync-rest/healthy-${rate}`).includes('known p99'), isShown, `${rate} orders a second`)
    assert.ok(columns(`sync-rest/healthy-${rate}`).includes('known p50'))
    assert.ok(columns(`sync-rest/healthy-${rate}`).includes('memory of services'))
  }
  assert.ok(columns('async-rabbitmq/poison-message').includes('completed p99'), 'one of its variants has enough orders')
  assert.ok(!columns('async-rabbitmq/poison-message', 'quick').includes('completed p99'))
})

const read = (file: string) => parseSummary(readFileSync(join(ROOT, file), 'utf8'), file)
const TOO_FEW = /samples lie beyond/

test('no published table has a column without a number because there were too few orders', () => {
  const { results, comparison = assert.fail() } = read(join(COMPARISON, 'summary.json'))
  for (const [scenario, own] of Map.groupBy(results, ({ cell }) => cell?.scenario))
    for (const [rate, ofRate] of byRate(own))
      for (const name of columnsIn(ofRate)) {
        const found = configurationsOf(ofRate, comparison.models).flatMap(each => repeatedMeasureOf(each, name) ?? [])
        const isLacking = found.length > 0 && found.every(({ note = '' }) => TOO_FEW.test(note))
        assert.ok(!isLacking, `${name} of ${scenario} at ${rate} orders a second`)
      }
  for (const result of models.flatMap(({ name }) => read(summaryOf(name)).results))
    for (const name of result.columns) {
      const found = result.measures.filter(each => each.name === name)
      const isLacking = found.length > 0 && found.every(({ note = '' }) => TOO_FEW.test(note))
      assert.ok(!isLacking, `${name} of ${result.model}/${result.experiment}`)
    }
})

const columnsIn = (results: readonly Result[]): string[] => [...new Set(results.flatMap(({ columns }) => columns))]

// What a comparison runs: its cells in their order, from what was requested on the command line or in an earlier summary.
// A repetition covers all models before the next one begins, so that no model gets a quieter hour than the others.
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { BrokerKind } from '#engine/experiment/model.ts'
import type { ComparedProfile, Comparison, Result } from '#engine/run/summary.ts'
import { scriptedExperiment } from '#engine/experiment/script.ts'
import { cellOf, type NamedCell, unsupportedReason } from './cell.ts'
import type { Scenario } from './scenario.ts'
import { HEALTHY, scenarios, usualScenarios } from './scenarios.ts'
import { variables } from '#infra/brokers/provide.ts'
import { models, experiments } from '../session/registry.ts'
import type { RuntimeName } from '../session/environment.ts'
import { seededRandom } from '#engine/load/random.ts'
import { findNamed } from '../cli/usage.ts'
import type { Experiment } from '#engine/experiment/define.ts'

export type ComparisonRequest = {
  scenarios: readonly Scenario[]
  models: readonly ComparableModel[]
  /** Of the healthy runs, in orders per second. */
  rates: readonly number[]
  /** Of the scenarios; a healthy run has its own. */
  repeat: number
  healthyRepeat: number
  /** Brokers given by address: the lab does not disrupt those. */
  externalBrokers: readonly BrokerKind[]
}

/** What is requested where the user gives no options. */
export const DEFAULTS: Record<ComparedProfile, Pick<ComparisonRequest, 'rates' | 'repeat' | 'healthyRepeat'>> = {
  full: { rates: [20, 100, 400], repeat: 1, healthyRepeat: 3 },
  quick: { rates: [50], repeat: 1, healthyRepeat: 1 },
}

/** What takes hours, to be published: every scenario, and as many repetitions as an interval needs. */
export const PUBLISHED: Pick<ComparisonRequest, 'rates' | 'repeat' | 'healthyRepeat'> = {
  ...DEFAULTS.full,
  repeat: 10,
  healthyRepeat: 10,
}

export function plan(request: ComparisonRequest): NamedCell[] {
  const { scenarios, models, rates, repeat, healthyRepeat, externalBrokers } = request
  return scenarios.flatMap((scenario, index) => {
    const isHealthy = scenario.name === HEALTHY
    const all = isHealthy ? rates : [scenario.profiles.full.ordersPerSecond]
    return upTo(isHealthy ? healthyRepeat : repeat).flatMap(nth =>
      all.flatMap(ordersPerSecond =>
        inOrder(models, index, nth)
          .filter(model => unsupportedReason(scenario, model, externalBrokers) === undefined)
          .map(model => cellOf(scenario, model, { scenario: scenario.name, ordersPerSecond, repeat: nth })),
      ),
    )
  })
}

/**
 * Each scenario, and each repetition, begins with another model, so that no model is always first. After as many repetitions as there
 * are models their order is drawn anew, so that none always comes after the same other one.
 */
function inOrder<Each>(models: readonly Each[], scenario: number, nth: number): Each[] {
  const block = Math.floor((nth - 1) / models.length)
  return rotated(block === 0 ? models : seededRandom(100 * scenario + block).shuffle(models), scenario + nth - 1)
}

const rotated = <Each>(values: readonly Each[], by: number): Each[] => {
  const from = by % values.length
  return [...values.slice(from), ...values.slice(0, from)]
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

export const comparisonOf = (
  { scenarios, models, rates, repeat, healthyRepeat, externalBrokers }: ComparisonRequest,
  profile: ComparedProfile,
): Comparison => ({
  models: models.map(({ name }) => name),
  features: Object.fromEntries(models.map(({ name, features }) => [name, [...features]])),
  scenarios: scenarios.map(({ name }) => name),
  rates: [...rates],
  repeat,
  healthyRepeat,
  ...(externalBrokers.length > 0 && { externalBrokers: [...externalBrokers] }),
  about: scenarios.map(scenario => ({
    name: scenario.name,
    title: scenario.titleAt?.(scenario.profiles[profile]) ?? scenario.title,
    asks: scenario.asks,
    ...(scenario.caveat && { caveat: scenario.caveat }),
    without: Object.fromEntries(
      models.flatMap(model => {
        const why = unsupportedReason(scenario, model, externalBrokers)
        return why === undefined ? [] : [[model.name, why]]
      }),
    ),
  })),
})

/** The results that a resumed comparison keeps. */
export const finished = (results: readonly Result[]): Result[] => results.filter(({ failure }) => failure === undefined)

type Names = { scenarios?: readonly string[]; models?: readonly string[] }

/** Where none is named all models, and the usual scenarios. @throws UsageError with the nearest name */
export const selected = (names: Names): Pick<ComparisonRequest, 'scenarios' | 'models'> => ({
  scenarios: names.scenarios ? among('scenario', scenarios, names.scenarios) : usualScenarios,
  models: among('model', models, names.models),
})

/** The request of an earlier comparison. @throws UsageError where one of its scenarios or models no longer exists */
export function requestOf(comparison: Comparison): ComparisonRequest {
  const { rates, repeat, healthyRepeat, externalBrokers = [] } = comparison
  return { rates, repeat, healthyRepeat, externalBrokers, ...selected(comparison) }
}

/** Brokers of the models whose address the environment sets; containers use those of their own stack. */
export function externalBrokersOf(models: readonly ComparableModel[], runtime: RuntimeName): BrokerKind[] {
  const kinds = new Set(models.flatMap(({ brokers }) => brokers))
  return runtime === 'compose' ? [] : [...kinds].filter(kind => process.env[variables[kind]])
}

/** In the order of `all`, whatever the order of the names. */
function among<Each extends { name: string }>(what: string, all: readonly Each[], names?: readonly string[]): Each[] {
  if (!names) return [...all]
  const named = new Set(names.map(name => findNamed(what, name, all)))
  return all.filter(each => named.has(each))
}

/** The experiment of this checkout that a result came from; undefined where it no longer exists. */
export function sourceExperiment(
  result: Pick<Result, 'model' | 'experiment' | 'cell' | 'script'>,
): Experiment | undefined {
  const { cell, script } = result
  const model = models.find(({ name }) => name === result.model)
  if (script) return model && scriptedExperiment(model, script)
  if (!cell) return experiments[`${result.model}/${result.experiment}`]
  const scenario = scenarios.find(({ name }) => name === cell.scenario)
  return scenario && model && cellOf(scenario, model, cell).experiment
}

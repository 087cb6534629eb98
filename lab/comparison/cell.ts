// A cell of the comparison: one scenario, one model, one rate, as an experiment that runs like any other. Its variants are
// the model's compositions: the first is the model as it stands, those beside it show what a safeguard is worth.
import { always } from '#engine/checks/checks.ts'
import { expectedOutcomes } from '#engine/checks/expected-outcomes.ts'
import { allResolved } from '#engine/checks/all-resolved.ts'
import { oversold } from '#engine/checks/oversold.ts'
import type { ComparableModel, Configuration } from '#engine/experiment/comparison-adapter.ts'
import type { Experiment, Variant } from '#engine/experiment/define.ts'
import type { BrokerKind } from '#engine/experiment/model.ts'
import { openSeries, recoveryMeasures } from '#engine/analysis/recovery.ts'
import type { Cell } from '#engine/run/summary.ts'
import { variables } from '#infra/brokers/address.ts'
import type { Named } from '../session/run.ts'
import { explain } from './narrative.ts'
import type { Scenario, ScenarioSettings, Disruption } from './scenario.ts'
import { HEALTHY } from './scenarios.ts'

const DEADLINE_MS = 5_000
const SETTLE_MS = 60_000
/** Where a safeguard is left out some orders may never settle, and there is no use in waiting long for them. */
const SETTLE_LEFT_OUT_MS = 15_000

/** A tenth of the orders asks the scarce kitchen, which has one unit for twenty: a scenario may keep most from asking. */
const MIX = { scarceShare: 0.1, scarceStockShare: 0.05 }

export type NamedCell = Named & { cell: Cell }

/** @throws Error when the model has no like of the scenario: ask `lacks` before */
export function cellOf(scenario: Scenario, model: ComparableModel, cell: Cell): NamedCell {
  const repeated = cell.repeat > 1 ? `-${cell.repeat}` : ''
  const rate = scenario.name === HEALTHY ? `-${cell.ordersPerSecond}` : ''
  return {
    id: `${model.name}/${scenario.name}${rate}${repeated}`,
    experiment: experimentOf(scenario, model, cell),
    cell,
  }
}

/**
 * Why a model has no like of a scenario, in a sentence; undefined where it has.
 * @param given brokers that the user gave by address: the lab does no harm to those
 */
export function unsupportedReason(
  scenario: Scenario,
  model: ComparableModel,
  given: readonly BrokerKind[],
): string | undefined {
  const harm = scenario.disrupt(model, scenario.profiles.full)
  if (typeof harm === 'string') return harm
  const theirs = given.find(kind => harm.timeline?.some(({ target }) => target === kind))
  return (
    theirs &&
    `${theirs} was given by address, and the lab does harm only to a broker that it has started itself; leave ${variables[theirs]} unset, and it starts one`
  )
}

function experimentOf(scenario: Scenario, model: ComparableModel, { ordersPerSecond, repeat }: Cell): Experiment {
  const at = (settings: ScenarioSettings): ScenarioSettings => ({ ...settings, ordersPerSecond })
  const besides = model.comparison.configurations.filter(
    ({ illustrates }) => illustrates !== undefined && illustrates === scenario.variants,
  )
  return {
    model,
    title: scenario.title,
    question: scenario.asks,
    does: scenario.asks,
    profiles: { full: at(scenario.profiles.full), quick: at(scenario.profiles.quick) },
    variants(settings) {
      const harm = scenario.disrupt(model, settings as ScenarioSettings)
      if (typeof harm === 'string') throw new Error(harm)
      const all = [model.comparison.configurations[0], ...besides]
      return all.map(composition => variantOf(scenario, model, composition, harm, settings as ScenarioSettings))
    },
    // Each repetition begins with another composition: what comes first is not always the same.
    begins: (repeat - 1) % (1 + besides.length),
    columns: scenario.columns ?? COLUMNS,
    showsOrders: scenario.name !== HEALTHY,
    explain: results => explain(scenario, model, results),
  }
}

function variantOf(
  scenario: Scenario,
  { comparison: { mayFail } }: ComparableModel,
  { name, about, environment, durability, disabledSafeguard }: Configuration,
  harm: Disruption,
  settings: ScenarioSettings,
): Variant {
  const load = scenario.load(settings)
  const orders = load.orders + (load.warmUpOrders ?? 0)
  const scarceStock = Math.max(1, Math.round(orders * MIX.scarceShare * MIX.scarceStockShare))
  const isHealthy = scenario.name === HEALTHY
  return {
    name,
    about,
    environment,
    durability,
    ...(disabledSafeguard && { disabledSafeguard: disabledSafeguard }),
    load: {
      ...load,
      mix: { scarceShare: MIX.scarceShare, scarceStock, ...load.mix },
      ordersPerSecond: settings.ordersPerSecond,
      deadlineMs: DEADLINE_MS,
      ...(harm.plan && { plan: harm.plan }),
    },
    ...(harm.timeline && { timeline: harm.timeline }),
    ...(harm.label !== undefined && harm.span && { spans: [{ label: harm.label, ...harm.span }] }),
    quiescenceMs: disabledSafeguard ? SETTLE_LEFT_OUT_MS : SETTLE_MS,
    ...(isHealthy && { againWhenLate: 1 }),
    costs: isHealthy,
    checks: [...always, oversold, expectedOutcomes(scenario.mayFail ? { mayFail } : {}), allResolved, ...harm.seen],
    measures: history => [
      ...(harm.span ? recoveryMeasures(history, harm.span) : []),
      ...(harm.measures?.(history) ?? []),
    ],
    series: history => (isHealthy ? [] : openSeries(history)),
  }
}

const COLUMNS = [
  'requested',
  'availability',
  'completed ÷ requested',
  'during: availability',
  'during: right answer p50',
  'rejected',
  'abandoned',
  'lost',
  'duplicated',
  'oversold',
  'unknown',
  'restart time',
  'time to last decision',
  'time to full recovery',
  'peak backlog',
  'peak open orders',
  'longest wait',
  'drain rate',
  'median completion of all requested',
]

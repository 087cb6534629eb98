// A cell of the comparison: one scenario, one model, one rate, as an experiment that runs like any other. Its variants are
// configurations of the model: the main one, and for some scenarios others that show the effect of a safeguard.
import { checksFor } from '#engine/checks/checks.ts'
import { type ComparableModel, type Configuration, configured } from '#engine/experiment/comparison-adapter.ts'
import type { Experiment, Variant } from '#engine/experiment/define.ts'
import type { BrokerKind } from '#engine/experiment/model.ts'
import { CONDITIONS } from '#engine/analysis/measures.ts'
import { openSeries, RECOVERY, recoveryMeasures } from '#engine/analysis/recovery.ts'
import type { Cell, Settings } from '#engine/run/summary.ts'
import { variables } from '#infra/brokers/provide.ts'
import type { Named } from '../session/run.ts'
import { explain } from './narrative.ts'
import type { Scenario, ScenarioSettings, Disruption, Way } from './scenario.ts'
import { HEALTHY } from './scenarios.ts'

const DEADLINE_MS = 5_000
const QUIESCENCE_MS = 60_000
/** Where a safeguard is left out some orders may never be decided, and a long wait for them is useless. */
const QUIESCENCE_WITHOUT_SAFEGUARD_MS = 15_000

/** A tenth of the orders goes to the scarce kitchen, which has one unit for twenty: a disruption may stop most of them. */
const MIX = { scarceShare: 0.1, scarceStockShare: 0.05 }

/** Kitchens and failing orders of a load of so many. */
export const mixOf = (orders: number): { scarceShare: number; scarceStock: number } => ({
  scarceShare: MIX.scarceShare,
  scarceStock: Math.max(1, Math.round(orders * MIX.scarceShare * MIX.scarceStockShare)),
})

export type NamedCell = Named & { cell: Cell }

/** @throws Error when the model does not support the scenario: check `unsupportedReason` first */
export function cellOf(scenario: Scenario, model: ComparableModel, cell: Cell): NamedCell {
  const repeated = cell.repeat > 1 ? `-${cell.repeat}` : ''
  const rate = scenario.name === HEALTHY ? `-${cell.ordersPerSecond}` : ''
  return {
    id: `${model.name}/${scenario.name}${rate}${repeated}`,
    experiment: experimentOf(scenario, model, cell),
    cell,
  }
}

/** Whether a part of it needs a broker with the settings that it is shipped with. */
export const needsShipped = (scenario: Scenario, model: ComparableModel): boolean =>
  runsOf(scenario, model, scenario.profiles.full).some(({ asShipped }) => asShipped)

/**
 * Why a model does not support a scenario, in a sentence; undefined where it does.
 * @param externalBrokers given by address: the lab does not disrupt those
 */
export function unsupportedReason(
  scenario: Scenario,
  model: ComparableModel,
  externalBrokers: readonly BrokerKind[],
): string | undefined {
  const disruption = scenario.disrupt(model, scenario.profiles.full)
  if (typeof disruption === 'string') return disruption
  const given = model.brokers.find(kind => externalBrokers.includes(kind))
  if (given && needsShipped(scenario, model))
    return `${given} was given by address, with settings of its own; unset ${variables[given]}, and the lab starts one`
  const external = externalBrokers.find(kind => disruption.timeline?.some(({ target }) => target === kind))
  return (
    external &&
    `${external} was given by address, and the lab disrupts only a broker that it started itself; unset ${variables[external]}, and the lab starts one`
  )
}

function experimentOf(scenario: Scenario, model: ComparableModel, { ordersPerSecond, repeat }: Cell): Experiment {
  const { quick, full } = scenario.profiles
  const at = (settings: Settings): ScenarioSettings => ({ ...settings, ordersPerSecond })
  const variants = (profile: Settings): Variant[] => {
    const settings = at(profile)
    return runsOf(scenario, model, settings).map(run => {
      const own = configured(model, run)
      const disruption = scenario.disrupt(own, settings, run)
      if (typeof disruption === 'string') throw new Error(disruption)
      return variantOf(scenario, own, run, disruption, settings)
    })
  }
  return {
    model,
    title: scenario.title,
    question: scenario.asks,
    does: scenario.asks,
    profiles: { full: at(full), quick: at(quick), smoke: at(quick) },
    variants,
    ...(model.brokers.length > 0 && {
      warmUp: profile => warmUpOf(variants(profile).at(-1), scenario.brokerWarmUp?.(at(profile))),
    }),
    // Each repetition begins with another configuration, so that none is always first.
    begins: repeat - 1,
    columns: scenario.columns ?? COLUMNS,
    showsOrders: !scenario.isUndisturbed,
    ...(scenario.acrossVariants && { acrossVariants: scenario.acrossVariants }),
    explain: results => explain(scenario, model.name, results),
  }
}

/** A configuration as a cell runs it, in one of the ways of the scenario. */
type Run = Configuration & Omit<Way, 'name'>

/** The model as it is, and those of its configurations that the scenario asks for. */
function runsOf(scenario: Scenario, model: ComparableModel, settings: ScenarioSettings): readonly Run[] {
  const [main, ...others] = model.comparison.configurations
  const { ways, hasFollowers, variants } = scenario
  const isAnswered = (configuration: Configuration) =>
    configured(model, configuration).features.includes('answers-with-outcome')
  const also = hasFollowers
    ? others.filter(other => isAnswered(main) && !isAnswered(other))
    : others.filter(({ illustrates }) => illustrates !== undefined && illustrates === variants)
  return [main, ...also].flatMap(each =>
    !ways || (hasFollowers && isAnswered(each)) ? [each] : inEachWay(ways(settings), each, each !== main),
  )
}

/** @param isNamed where it is not the main configuration */
function inEachWay(ways: readonly Way[], configuration: Configuration, isNamed = false): Run[] {
  return ways.map(({ name, about = name, ...other }) => ({
    ...configuration,
    name: isNamed ? `${configuration.name}, ${name}` : name,
    about: `${configuration.about}; ${about}`,
    ...other,
  }))
}

function variantOf(
  scenario: Scenario,
  { comparison: { reasonsOfFaults } }: ComparableModel,
  { name, about, environment, durability, disabledSafeguard, mayAnswer, asShipped, load: ofWay }: Run,
  disruption: Disruption,
  settings: ScenarioSettings,
): Variant {
  const load = scenario.load(settings)
  const { isUndisturbed } = scenario
  return {
    name,
    about,
    environment: merged(environment, disruption.environment ?? {}),
    durability,
    ...(asShipped && { asShipped }),
    ...(disabledSafeguard && { disabledSafeguard }),
    load: {
      ...load,
      mix: { ...mixOf(load.orders + (load.warmUpOrders ?? 0)), ...load.mix },
      ordersPerSecond: settings.ordersPerSecond,
      arrivals: 'poisson',
      deadlineMs: DEADLINE_MS,
      ...ofWay,
      ...(disruption.plan && { plan: disruption.plan }),
    },
    ...(disruption.before && { before: disruption.before }),
    ...(disruption.timeline && { timeline: disruption.timeline }),
    ...(disruption.label !== undefined &&
      disruption.span && { spans: [{ label: disruption.label, ...disruption.span }] }),
    ...(disruption.setByFault && { setByFault: disruption.setByFault }),
    quiescenceMs: disabledSafeguard ? QUIESCENCE_WITHOUT_SAFEGUARD_MS : QUIESCENCE_MS,
    ...(isUndisturbed && { againWhenLate: 1 }),
    measuresUsage: isUndisturbed ?? false,
    checks: [
      ...checksFor({
        ...(scenario.mayFail && { reasons: reasonsOfFaults }),
        answers: { duringFault: mayAnswer, always: disruption.mayAnswer ?? [] },
      }),
      ...disruption.seen,
    ],
    measures: history => [
      // These are of orders; of clients that try again the scenario has measures of its own.
      ...(disruption.span && !ofWay?.retry ? recoveryMeasures(history, disruption.span) : []),
      ...(disruption.measures?.(history) ?? []),
    ],
    series: history => (isUndisturbed ? [] : openSeries(history)),
  }
}

/** Its last variant under another load. Nothing of it is kept. */
function warmUpOf(last: Variant | undefined, load: ReturnType<NonNullable<Scenario['brokerWarmUp']>> | undefined) {
  if (!last || !load || load.orders === 0) return undefined
  const { plan: _plan, warmUpOrders: _warmUpOrders, ...rest } = last.load
  return { ...last, name: 'warm-up', load: { ...rest, ...load }, timeline: [], measuresUsage: false }
}

const merged = (
  one: Configuration['environment'],
  other: Configuration['environment'],
): Configuration['environment'] => ({
  ...one,
  ...Object.fromEntries(Object.entries(other).map(([service, own]) => [service, { ...one[service], ...own }])),
})

const COLUMNS = [
  'requested',
  'known in 1 s',
  'known in 5 s',
  'completed ÷ requested',
  'availability',
  'availability in 3 s',
  'availability in 5 s',
  'during: known in 1 s',
  'during: known in 5 s',
  'during: known in the end',
  'during: availability',
  'during: right answer p50',
  'rejected',
  'abandoned',
  'lost',
  'duplicated',
  'oversold',
  'unknown',
  'overtaken',
  'overtaken by',
  ...RECOVERY,
  'time to last decision',
  'peak open orders',
  'longest wait',
  'drain rate',
  'median completion of all requested',
  ...CONDITIONS,
]

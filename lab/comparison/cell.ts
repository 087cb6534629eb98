// A cell of the comparison: one fault, one model, one rate, as an experiment that runs like any other. Its variants are
// the model's compositions: the first is the model as it stands, those beside it show what a safeguard is worth.
import { always } from '#engine/checks/checks.ts'
import { expectedOutcomes } from '#engine/checks/expected-outcomes.ts'
import { noneUnknown } from '#engine/checks/all-resolved.ts'
import { oversold } from '#engine/checks/oversold.ts'
import type { ComparedModel, Composition } from '#engine/experiment/comparison-adapter.ts'
import type { Experiment, Variant } from '#engine/experiment/define.ts'
import type { BrokerKind } from '#engine/experiment/model.ts'
import { openSeries, recoveryMeasures } from '#engine/analysis/recovery.ts'
import type { Cell } from '#engine/run/summary.ts'
import { variables } from '#infra/brokers/address.ts'
import type { Named } from '../session/run.ts'
import { explain } from './explain.ts'
import type { Fault, FaultSettings, Harm } from './scenario.ts'
import { HEALTHY } from './scenarios.ts'

const DEADLINE_MS = 5_000
const SETTLE_MS = 60_000
/** Where a safeguard is left out some orders may never settle, and there is no use in waiting long for them. */
const SETTLE_LEFT_OUT_MS = 15_000

/** A tenth of the orders asks the scarce kitchen, which has one unit for twenty: a fault may keep most from asking. */
const MIX = { scarceShare: 0.1, scarceStockShare: 0.05 }

export type ComparedNamed = Named & { cell: Cell }

/** @throws Error when the model has no like of the fault: ask `lacks` before */
export function cellOf(fault: Fault, model: ComparedModel, cell: Cell): ComparedNamed {
  const repeated = cell.repeat > 1 ? `-${cell.repeat}` : ''
  const rate = fault.name === HEALTHY ? `-${cell.ordersPerSecond}` : ''
  return { id: `${model.name}/${fault.name}${rate}${repeated}`, experiment: experimentOf(fault, model, cell), cell }
}

/**
 * Why a model has no like of a fault, in a sentence; undefined where it has.
 * @param given brokers that the user gave by address: the lab does no harm to those
 */
export function lacks(fault: Fault, model: ComparedModel, given: readonly BrokerKind[]): string | undefined {
  const harm = fault.harm(model, fault.profiles.full)
  if (typeof harm === 'string') return harm
  const theirs = given.find(kind => harm.timeline?.some(({ target }) => target === kind))
  return (
    theirs &&
    `${theirs} was given by address, and the lab does harm only to a broker that it has started itself; leave ${variables[theirs]} unset, and it starts one`
  )
}

function experimentOf(fault: Fault, model: ComparedModel, { ordersPerSecond, repeat }: Cell): Experiment {
  const at = (settings: FaultSettings): FaultSettings => ({ ...settings, ordersPerSecond })
  const besides = model.compared.compositions.filter(({ shows }) => shows !== undefined && shows === fault.besides)
  return {
    model,
    title: fault.title,
    question: fault.asks,
    does: fault.asks,
    profiles: { full: at(fault.profiles.full), quick: at(fault.profiles.quick) },
    variants(settings) {
      const harm = fault.harm(model, settings as FaultSettings)
      if (typeof harm === 'string') throw new Error(harm)
      const all = [model.compared.compositions[0], ...besides]
      return all.map(composition => variantOf(fault, model, composition, harm, settings as FaultSettings))
    },
    // Each repetition begins with another composition: what comes first is not always the same.
    begins: (repeat - 1) % (1 + besides.length),
    columns: fault.columns ?? COLUMNS,
    showsOrders: fault.name !== HEALTHY,
    explain: results => explain(fault, model, results),
  }
}

function variantOf(
  fault: Fault,
  { compared: { mayFail } }: ComparedModel,
  { name, about, environment, durability, leftOut }: Composition,
  harm: Harm,
  settings: FaultSettings,
): Variant {
  const load = fault.load(settings)
  const orders = load.orders + (load.warmUpOrders ?? 0)
  const scarceStock = Math.max(1, Math.round(orders * MIX.scarceShare * MIX.scarceStockShare))
  const isHealthy = fault.name === HEALTHY
  return {
    name,
    about,
    environment,
    durability,
    ...(leftOut && { leftOut }),
    load: {
      ...load,
      mix: { scarceShare: MIX.scarceShare, scarceStock, ...load.mix },
      ordersPerSecond: settings.ordersPerSecond,
      deadlineMs: DEADLINE_MS,
      ...(harm.plan && { plan: harm.plan }),
    },
    ...(harm.timeline && { timeline: harm.timeline }),
    ...(harm.label !== undefined && harm.span && { spans: [{ label: harm.label, ...harm.span }] }),
    settleMs: leftOut ? SETTLE_LEFT_OUT_MS : SETTLE_MS,
    ...(isHealthy && { againWhenLate: 1 }),
    costs: isHealthy,
    checks: [...always, oversold, expectedOutcomes(fault.mayFail ? { mayFail } : {}), noneUnknown, ...harm.seen],
    measures: history => [
      ...(harm.span ? recoveryMeasures(history, harm.span) : []),
      ...(harm.measures?.(history) ?? []),
    ],
    series: history => (isHealthy ? [] : openSeries(history)),
  }
}

const COLUMNS = [
  'asked',
  'availability',
  'completed ÷ asked',
  'during: availability',
  'during: right answer p50',
  'not taken',
  'given up',
  'lost',
  'doubled',
  'oversold',
  'unknown',
  'start took',
  'heal to last decided',
  'heal to last completed',
  'deepest backlog',
  'deepest open',
  'oldest waited',
  'drain rate',
  'half completed within',
]

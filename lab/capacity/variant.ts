// A probe as a variant: the model as the comparison takes it, with nothing broken, at one rate. What an overloaded model may answer
// is excused in its checks, because it is counted: an order that was turned away is no defect, and the rate was not sustained.
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { Experiment, Variant } from '#engine/experiment/define.ts'
import { checksFor } from '#engine/checks/checks.ts'
import { mixOf } from '../comparison/cell.ts'
import { probeLoad } from './load.ts'

const DEADLINE_MS = 5_000
const QUIESCENCE_MS = 60_000

/** How an order may be answered that comes to a model with more than it can do: codes of errors, and no answer in time. */
const OVERLOAD = ['overloaded', 'unavailable', 'inventory-unavailable', 'deadline-passed', 'deadline']

/** @param seconds that are measured */
export function probeVariant(model: ComparableModel, ordersPerSecond: number, seconds: number): Variant {
  const [{ about, environment, durability }] = model.comparison.configurations
  const load = probeLoad(ordersPerSecond, seconds)
  const reasons = model.comparison.reasonsOfFaults.filter(reason => OVERLOAD.includes(reason))
  return {
    name: `${ordersPerSecond} orders a second`,
    about,
    environment,
    durability,
    load: {
      ...load,
      mix: mixOf(load.orders + (load.warmUpOrders ?? 0)),
      arrivals: 'poisson',
      deadlineMs: DEADLINE_MS,
    },
    quiescenceMs: QUIESCENCE_MS,
    measuresUsage: true,
    checks: checksFor({ reasons, answers: { always: OVERLOAD } }),
  }
}

/** For what is asked of an experiment before it is run: which measures a budget can be about. */
export function probesAsExperiment(model: ComparableModel): Pick<Experiment, 'variants' | 'profiles' | 'columns'> {
  const variants = () => [probeVariant(model, 100, 10)]
  return { variants, profiles: { full: {}, quick: {}, smoke: {} }, columns: [] }
}

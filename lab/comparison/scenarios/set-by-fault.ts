// Which measures of a scenario follow from the numbers of its fault and its load, and by which arithmetic. Guarantees nothing of
// how near the arithmetic comes: a restart, or the time until a breaker closes, is on top of it, and has a measure of its own.
import { AVAILABLE_MS } from '#engine/analysis/measures.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import { setBy } from '#engine/experiment/define.ts'
import type { SetByFault } from '#engine/run/summary.ts'
import { around, type AroundSettings } from '../scenario.ts'

/** Shares of all orders, those before and after the fault included. */
const KNOWN_OF_ALL = ['known in 1 s', 'known in 5 s']
const OF_ALL = [...KNOWN_OF_ALL, 'completed ÷ requested', 'availability', 'availability in 3 s', 'availability in 5 s']
const DURING = ['during: known in 1 s', 'during: known in 5 s', 'during: known in the end', 'during: availability']
const MEDIAN = 'median completion of all requested'

const seconds = (ms: number): string => `${ms / 1_000} s`

const measuredMs = (settings: AroundSettings): number => (1_000 * around(settings).orders) / settings.ordersPerSecond

const faultOfAll = (settings: AroundSettings): string =>
  `the fault lasts ${seconds(settings.faultMs)} of ${seconds(measuredMs(settings))} that are measured`

/** Where most orders come during the fault, the order in the middle is one of them. */
const medianOf = (settings: AroundSettings): SetByFault =>
  2 * settings.faultMs > measuredMs(settings) ? setBy(faultOfAll(settings), MEDIAN) : {}

/** Of a model that refuses orders during the fault. */
const setByRefusal = (settings: AroundSettings): SetByFault => setBy(faultOfAll(settings), ...OF_ALL)

/** Of a model in which orders wait for the end of the fault, known or not. */
export const setByWaiting = (settings: AroundSettings): SetByFault => ({
  ...setBy(`${settings.ordersPerSecond} orders/s × ${seconds(settings.faultMs)}`, 'peak open orders'),
  ...setBy(`the fault lasts ${seconds(settings.faultMs)}`, 'longest wait'),
})

/** Inventory is gone: a model whose orders have a deadline refuses them, in the others they wait. */
export function setByOutage({ comparison: { deadlineMs } }: ComparableModel, settings: AroundSettings): SetByFault {
  if (deadlineMs < Infinity) return setByRefusal(settings)
  const inTime = [1, 5].filter(each => 1_000 * each < settings.faultMs)
  return {
    ...setByWaiting(settings),
    ...medianOf(settings),
    ...setBy(faultOfAll(settings), ...inTime.map(each => `known in ${each} s`)),
    ...Object.assign(
      {},
      ...inTime.map(each =>
        setBy(`those of the last ${each} s of ${seconds(settings.faultMs)}`, `during: known in ${each} s`),
      ),
    ),
  }
}

type DelaySettings = AroundSettings & { delayMs: number }

/** Inventory takes so long for each order, and has a fixed number of orders in flight. */
export function setByDelay(model: ComparableModel, settings: DelaySettings): SetByFault {
  const { delayMs, faultMs, ordersPerSecond } = settings
  const { deadlineMs } = model.comparison
  const delay = `a delay of ${seconds(delayMs)}`
  if (deadlineMs < delayMs)
    return {
      ...setByRefusal(settings),
      ...setBy(`a deadline of ${seconds(deadlineMs)}, with ${delay}`, ...DURING),
      ...setBy(`the deadline of ${seconds(deadlineMs)}`, 'longest wait'),
    }
  const inFlight = model.defaultConcurrency
  const decidedPerSecond = (1_000 * inFlight) / delayMs
  if (decidedPerSecond >= ordersPerSecond) return {}
  const emptied = `${inFlight} in flight ÷ ${ordersPerSecond}/s = ${(inFlight / ordersPerSecond).toFixed(2)} s`
  return {
    ...(delayMs > AVAILABLE_MS && setBy(delay, 'known in 1 s', 'during: known in 1 s')),
    ...setBy(
      `${inFlight} in flight, and (${ordersPerSecond} − ${decidedPerSecond})/s × ${seconds(faultMs)} wait`,
      'peak open orders',
    ),
    ...setBy(
      `${emptied}, each with its delay of ${seconds(delayMs)}`,
      'time to last decision',
      'time to full recovery',
      'drain rate',
    ),
    ...medianOf(settings),
  }
}

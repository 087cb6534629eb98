// The results of a run with what their histories know beside the summary: each order that the report draws, and its timeline.
// Guarantees that a result whose history is not there, or cannot be read, stays as it is; the latter is said in a sentence.
import { statSync } from 'node:fs'
import { ordersOf } from '#engine/analysis/plots.ts'
import type { Result, Summary } from '#engine/run/summary.ts'
import { UsageError } from '../cli/usage.ts'
import { timelinesOf, type TracedOrders } from '../report/order-timelines.ts'
import { findHistory, readHistory } from './histories.ts'

/** In bytes: a larger history has some hundred thousand orders, which no picture shows one by one. */
const LARGEST = 8_000_000

/** @param folder of the run */
export async function traced(summary: Summary, folder: string): Promise<{ summary: Summary; unread: string[] }> {
  const unread: string[] = []
  const results: Result[] = []
  for (const result of summary.results) {
    const orders: TracedOrders[] = []
    for (const { name: variant } of isDrawn(result, summary.results) ? result.variants : []) {
      try {
        const own = await ordersIn(result, variant, folder)
        if (own) orders.push(own)
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
        unread.push(error.message)
      }
    }
    const others = (result.orders ?? []).filter(({ variant }) => orders.every(own => own.variant !== variant))
    const all = [...orders, ...others]
    results.push(all.length === 0 ? result : { ...result, orders: all })
  }
  return { summary: { ...summary, results }, unread }
}

/** An experiment; of a scenario the first repetition of each model, where its summary has orders. */
function isDrawn({ model, cell, orders }: Result, all: readonly Result[]): boolean {
  if (!cell) return true
  const alike = all.filter(each => each.model === model && each.cell?.scenario === cell.scenario)
  return orders !== undefined && alike.every(each => (each.cell?.repeat ?? 0) >= cell.repeat)
}

/** Undefined where there is no history, or too large a one. */
async function ordersIn(result: Result, variant: string, folder: string): Promise<TracedOrders | undefined> {
  const { model, experiment, checks, orders } = result
  const file = findHistory(folder, { model, experiment, variant })
  if (file === undefined || statSync(file).size > LARGEST) return undefined
  const history = await readHistory(file)
  const own = orders?.find(each => each.variant === variant) ?? ordersOf(variant, history)
  if (!own.points) return own
  return {
    ...own,
    timelines: timelinesOf(
      history,
      checks.filter(check => check.variant === variant),
    ),
  }
}

// Runs one variant: services on an empty store, what is asked of them (perform.ts), and the end of all that it started,
// whatever happens.
import { registerRun } from '#host/run-registry.ts'
import type { Variant } from '../experiment/define.ts'
import type { History } from './history.ts'
import { orderMix } from '../load/mix.ts'
import { planOrders } from '../load/orders.ts'
import { initialStock } from '../load/stock.ts'
import type { Model } from '../experiment/model.ts'
import { executeVariant } from './execute-variant.ts'
import type { OpenRuntime } from '../experiment/runtime.ts'

export type VariantOptions = {
  model: Model
  variant: Variant
  open: OpenRuntime
  /** Addresses of those brokers that outlive the lab, by kind. */
  lasting: Record<string, string>
  /** Names everything that the variant makes, and the users of its orders. */
  id: string
  seed: number
  logFolder: string
  onProgress(line: string): void
  signal: AbortSignal
}

/** @throws Error in one sentence when a service does not start, a step fails, or it was interrupted */
export async function runVariant(options: VariantOptions): Promise<History> {
  const { model, variant, id, seed, signal, onProgress } = options
  const mix = { ...variant.load.mix, count: (variant.load.warmUpOrders ?? 0) + variant.load.orders }
  const planned = planOrders({ ...mix, seed, runId: id })
  const openingStock = initialStock(orderMix(mix))
  const prefix = `${id}.`
  // Were the lab killed now, the next one would remove what this variant makes on a broker that stays.
  const registration = registerRun({ directories: [], prefix, addresses: options.lasting })
  const opening = options.open({
    model,
    prefix,
    logFolder: options.logFolder,
    environment: withStock(model, variant, openingStock),
    supervised: variant.supervised ?? [],
    signal,
  })
  // Nothing of it is on a broker before a service starts.
  opening.catch(() => registration.unregister())
  const { runtime, place } = await opening
  try {
    onProgress('starting services')
    // A service may be healthy only with its peers, so all start at once.
    await Promise.all(model.services.map(({ name }) => runtime.start(name)))
    const link = await model.connect(place)
    try {
      return await executeVariant({ model, variant, runtime, link, planned, openingStock, onProgress, signal })
    } finally {
      await link.close()
    }
  } finally {
    try {
      await runtime.stop()
    } finally {
      await model.remove(place)
      // Where that failed the record stays, for the sweep of the next start.
      registration.unregister()
    }
  }
}

function withStock(model: Model, { environment = {} }: Variant, stock: History['openingStock']) {
  const inventory = model.services.find(({ role }) => role === 'inventory')
  if (!inventory) return environment
  return { ...environment, [inventory.name]: { INITIAL_STOCK: JSON.stringify(stock), ...environment[inventory.name] } }
}

// The services of a model as the lab itself starts them: processes on loopback, with synced stores and enough stock for all orders.
import { join } from 'node:path'
import { initialStock, orderMix } from '#engine/load/mix.ts'
import { type PlannedOrder, planOrders } from '#engine/load/orders.ts'
import type { Deployment, Model } from '#engine/experiment/model.ts'
import type { Runtime } from '#engine/experiment/runtime.ts'
import { createProcesses } from '#runtimes/processes/processes.ts'
import type { RowContext } from './row.ts'

export type RunningModel = { runtime: Runtime; deployment: Deployment }

/** Where the brokers are, and the settings of services that are not the default. */
type Settings = {
  deployment?: Partial<Pick<Deployment, 'broker' | 'prefix'>>
  environment?: Record<string, Record<string, string>>
}

/** On an empty store, and not started yet. Whoever opened them ends them with `runtime.stop()`. */
export function openServices(
  model: Model,
  { dataFolder, signal }: RowContext,
  { deployment: { broker = {}, prefix = '' } = {}, environment = {} }: Settings = {},
): Promise<RunningModel> {
  const stock = JSON.stringify(initialStock(orderMix({ count: 1, ...EVERY_ORDER_RESERVED })))
  const folder = join(dataFolder, model.name)
  return createProcesses({
    model,
    broker,
    prefix,
    dataFolder: folder,
    logFolder: join(folder, 'logs'),
    environment: { ...environment, [model.evidence.inventory]: { INITIAL_STOCK: stock } },
    supervised: [],
    signal,
  })
}

/** All of them. @throws Error when a service does not start; none runs then */
export async function startServices(model: Model, context: RowContext, settings: Settings = {}): Promise<RunningModel> {
  const running = await openServices(model, context, settings)
  try {
    await Promise.all(model.services.map(({ name }) => running.runtime.start(name)))
    return running
  } catch (error) {
    await running.runtime.stop()
    throw error
  }
}

/** So that every order goes through all hops. */
const EVERY_ORDER_RESERVED = { scarceShare: 0, unknownSkuShare: 0, tooManyShare: 0 }

/** @param runId that no other round has */
export const reservableOrders = (runId: string, count: number): PlannedOrder[] =>
  planOrders({ seed: 1, runId, count, ...EVERY_ORDER_RESERVED })

// The services of a model as the lab itself starts them: processes on loopback, with synced stores and enough stock for all orders.
import { join } from 'node:path'
import { MENU } from '#common/contracts/order.ts'
import { initialStock, orderMix } from '#engine/load/mix.ts'
import { type PlannedOrder, planOrders } from '#engine/load/orders.ts'
import type { Deployment, Model } from '#engine/experiment/model.ts'
import type { Runtime } from '#engine/experiment/runtime.ts'
import { createProcesses } from '#runtimes/processes/processes.ts'
import type { OpenContext } from '../row.ts'

export type RunningModel = { runtime: Runtime; deployment: Deployment }

/** Where the brokers are, and the settings of services that are not the default. */
type Settings = {
  deployment?: Partial<Pick<Deployment, 'broker' | 'prefix'>>
  environment?: Record<string, Record<string, string>>
}

/** On an empty store, and not started yet. When they have ended, what they left at the broker is removed. */
export async function openServices(
  model: Model,
  { dataFolder, signal, ends }: OpenContext,
  { deployment: { broker = {}, prefix = '' } = {}, environment = {} }: Settings = {},
): Promise<RunningModel> {
  const stock = JSON.stringify(initialStock(orderMix({ count: 1, ...EVERY_ORDER_RESERVED })))
  const { inventory } = model.evidence
  const folder = join(dataFolder, model.name)
  const running = await createProcesses({
    model,
    broker,
    prefix,
    dataFolder: folder,
    logFolder: join(folder, 'logs'),
    environment: { ...environment, [inventory]: { INITIAL_STOCK: stock, ...environment[inventory] } },
    supervised: [],
    signal,
  })
  ends.defer(() => model.remove(running.deployment))
  ends.defer(() => running.runtime.stop())
  return running
}

/** All of them. @throws Error when a service does not start */
export async function startServices(
  model: Model,
  context: OpenContext,
  settings: Settings = {},
): Promise<RunningModel> {
  const running = await openServices(model, context, settings)
  await Promise.all(model.services.map(({ name }) => running.runtime.start(name)))
  return running
}

/** So that every order goes through all hops. */
const EVERY_ORDER_RESERVED = { scarceShare: 0, unknownSkuShare: 0, tooManyShare: 0 }

/** @param runId that no other round has @param lines of each order; as many as the mix gives where it is absent */
export function reservableOrders(runId: string, count: number, lines?: number): PlannedOrder[] {
  const orders = planOrders({ seed: 1, runId, count, ...EVERY_ORDER_RESERVED })
  if (lines === undefined) return orders
  const items = Array.from({ length: lines }, (_, nth) => ({ sku: MENU[nth % MENU.length] ?? '', quantity: 1 }))
  return orders.map(order => ({ ...order, items }))
}

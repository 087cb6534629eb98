// The real order_service alone, between peers that the test plays.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anOrder, ask, orderIdIn, type Reply, viewIn } from '#conformance/client.ts'
import type { OrderView } from '#common/contracts/http.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { createProcesses } from '#runtimes/processes/processes.ts'
import { waitFor } from '#host/wait-for.ts'
import { syncRest } from '../../lab/model.ts'
import { type FakePeer, startInventory, startNotification, text, says } from './fake-peer.ts'

const SERVICE = 'order_service'

/** An order on its way: its id is known before the answer. */
export type Placing = { orderId: string; reply: Promise<Reply>; again(): Promise<Reply> }

export type OrderService = AsyncDisposable & {
  inventory: FakePeer
  notification: FakePeer
  url: string
  place(): Placing
  show(orderId: string): Promise<OrderView>
  /** Waits until the order is shown as the condition wants it. */
  shows(orderId: string, condition: (view: OrderView) => boolean): Promise<void>
  kill(): Promise<void>
  start(): Promise<void>
  /** Places an order whose release must come, and waits for it: what was owed before it has been asked by then. */
  fence(): Promise<void>
}

export async function openOrderService(environment: Record<string, string> = {}): Promise<OrderService> {
  const inventory = await startInventory()
  const notification = await startNotification()
  const folder = await mkdtemp(join(tmpdir(), 'order-service-'))
  const { runtime } = await createProcesses({
    model: syncRest,
    broker: {},
    prefix: '',
    dataFolder: folder,
    logFolder: join(folder, 'logs'),
    environment: { [SERVICE]: { INVENTORY_URL: inventory.url, NOTIFICATION_URL: notification.url, ...environment } },
    supervised: [],
    signal: new AbortController().signal,
  })
  const url = runtime.url(SERVICE)
  const service: OrderService = {
    inventory,
    notification,
    url,
    place() {
      const order = anOrder()
      const key = randomUUID()
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      const again = () => ask(`${url}/order`, { method: 'POST', headers, body: JSON.stringify(order) })
      return { orderId: deriveOrderId(order.userId, key), reply: again(), again }
    },
    show: async orderId => viewIn(await ask(`${url}/order/${orderId}`)),
    async shows(orderId, condition) {
      const what = `order ${orderId} to be shown so`
      await waitFor(async () => condition(await service.show(orderId)), { deadlineMs: 10_000, everyMs: 10, what })
    },
    kill: () => runtime.kill(SERVICE),
    start: () => runtime.start(SERVICE),
    async fence() {
      inventory.treat = { ...inventory.treat, '/reserve': text(500, 'broken'), '/release': says('released') }
      const { orderId, reply } = service.place()
      orderIdIn(await reply)
      await inventory.askedFor('/release', orderId)
    },
    async [Symbol.asyncDispose]() {
      await runtime.stop()
      await inventory[Symbol.asyncDispose]()
      await notification[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await service.start()
  return service
}

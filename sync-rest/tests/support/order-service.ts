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
import { type FakePeer, startInventory, startNotification, text, answers } from './fake-peer.ts'

const SERVICE = 'order_service'

/** An order whose request is in flight: its id is known before the answer. */
export type PlacedRequest = { orderId: string; reply: Promise<Reply>; again(): Promise<Reply> }

export type OrderService = AsyncDisposable & {
  inventory: FakePeer
  notification: FakePeer
  url: string
  /** Of its next start. */
  environment: Record<string, string>
  place(kitchenId?: string): PlacedRequest
  show(orderId: string): Promise<OrderView>
  /** Waits until the order is shown in a state that meets the condition. */
  shows(orderId: string, condition: (view: OrderView) => boolean): Promise<void>
  kill(): Promise<void>
  start(): Promise<void>
  /** Places an order that must be released, and waits for its release: all that was pending before was tried by then. */
  fence(): Promise<void>
}

export async function openOrderService(environment: Record<string, string> = {}): Promise<OrderService> {
  const inventory = await startInventory()
  const notification = await startNotification()
  const folder = await mkdtemp(join(tmpdir(), 'order-service-'))
  const own: Record<string, string> = {
    INVENTORY_URL: inventory.url,
    NOTIFICATION_URL: notification.url,
    ...environment,
  }
  const { runtime } = await createProcesses({
    model: syncRest,
    broker: {},
    prefix: '',
    dataFolder: folder,
    logFolder: join(folder, 'logs'),
    environment: { [SERVICE]: own },
    supervised: [],
    signal: new AbortController().signal,
  })
  const url = runtime.url(SERVICE)
  const service: OrderService = {
    inventory,
    notification,
    url,
    environment: own,
    place(kitchenId = 'main') {
      const order = anOrder({ kitchenId })
      const key = randomUUID()
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      const again = () => ask(`${url}/order`, { method: 'POST', headers, body: JSON.stringify(order) })
      return { orderId: deriveOrderId(order.userId, key), reply: again(), again }
    },
    show: async orderId => viewIn(await ask(`${url}/order/${orderId}`)),
    async shows(orderId, condition) {
      const what = `order ${orderId} to be shown as expected`
      await waitFor(async () => condition(await service.show(orderId)), { deadlineMs: 10_000, everyMs: 10, what })
    },
    kill: () => runtime.kill(SERVICE),
    start: () => runtime.start(SERVICE),
    async fence() {
      inventory.responders['/reserve'] = text(500, 'broken')
      inventory.responders['/release'] = answers('released')
      const { orderId, reply } = service.place()
      orderIdIn(await reply)
      await inventory.receives('/release', orderId)
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

// A consumer on a fake broker: the test delivers and confirms, and sees what is handled, published and acked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { OrderPlaced, orderPlaced } from '#common/contracts/events.ts'
import { createHealth } from '#common/service/health.ts'
import { createOccupancy } from '#common/service/occupancy.ts'
import { createLog } from '#common/service/log.ts'
import { waitFor } from '#host/wait-for.ts'
import { identityTables } from '#common/stores/identity.ts'
import { openStore } from '#common/stores/store.ts'
import type { Broker } from '../../broker/broker.ts'
import type { Outgoing } from '../../broker/message.ts'
import type { Delivery, Subscriber } from '../../broker/subscription.ts'
import { consume } from '../../messaging/consume.ts'
import { readEvent } from '#common/messaging/read-event.ts'
import { crashJournalTables } from '../../messaging/quarantine.ts'
import { topologyOf } from '../../messaging/topology.ts'

const topology = topologyOf('', 3)
export const consumerQueue = topology.consumerQueues.inventory

export function openConsumer(
  t: TestContext,
  work: { handle?: ((orderId: string) => void) | undefined; isDone?(orderId: string): boolean } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-consume-'))
  const store = openStore(folder, 'crash-journal', db => ({ ...crashJournalTables(db), ...identityTables(db) }))
  const closing = new AbortController()
  const health = createHealth()
  const steps: string[] = []
  const { broker, confirms, published, subscriber } = fakeBroker(steps)
  const consumer = consume<OrderPlaced>({
    broker,
    consumerQueue,
    config: { RETRY_DELAYS_MS: [1, 2, 3], CONCURRENCY: 64 },
    store,
    read: readEvent(OrderPlaced, ['OrderPlaced']),
    isDone: event => work.isDone?.(event.data.orderId) ?? false,
    async handle({ data: { orderId } }, _context, ack) {
      steps.push(`handle ${orderId}`)
      work.handle?.(orderId)
      ack()
    },
    log: createLog('test', 'silent'),
    health,
    occupancy: createOccupancy(),
    closing: closing.signal,
  })
  t.after(async () => {
    closing.abort()
    for (const confirm of confirms) confirm.resolve()
    await consumer.stop()
    store.close()
    rmSync(folder, { recursive: true })
  })
  const deliver = (orderId: string, given: Partial<Delivery> = {}, channel = { isFirst: false, caughtUp: atOnce }) => {
    const ack = () => void steps.push(`ack ${orderId}`)
    const headers = {}
    const body = bodyOf(orderId)
    subscriber()?.onDelivery({ ...bareMessage, body, headers, redelivered: false, ack, ...given }, channel)
  }
  return {
    closing,
    confirms,
    deliver,
    health,
    lose: () => subscriber()?.onLost(),
    published,
    steps,
    store,
    quiet,
    untilPublished: (count: number) =>
      waitFor(() => published.length >= count, { deadlineMs: 60_000, everyMs: 5, what: `${count} published messages` }),
    untilSteps: (...wanted: string[]) =>
      waitFor(() => wanted.every(step => steps.includes(step)), {
        deadlineMs: 60_000,
        everyMs: 5,
        what: String(wanted),
      }),
  }
}

/** Keeps what is published until the test confirms or refuses it. */
function fakeBroker(steps: string[]) {
  const published: Outgoing[] = []
  const confirms: PromiseWithResolvers<void>[] = []
  let subscriber: Subscriber | undefined
  const broker: Pick<Broker, 'publish' | 'subscribe' | 'topology'> = {
    topology,
    publish(message) {
      const confirm = Promise.withResolvers<void>()
      published.push(message)
      confirms.push(confirm)
      return confirm.promise.then(() => void steps.push('confirmed'))
    },
    subscribe(_, given) {
      subscriber = given
      return { cancel: async () => {} }
    },
  }
  return { broker, confirms, published, subscriber: () => subscriber }
}

/** Lets everything run that needs no event from outside. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

const atOnce = async () => {}
const bareMessage = {
  queue: consumerQueue.queue,
  messageId: undefined,
  correlationId: undefined,
  type: undefined,
  contentType: undefined,
  deliveryCount: 0,
  brokerReason: undefined,
}

export function bodyOf(orderId: string): Buffer {
  const order = { orderId, userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] }
  return Buffer.from(JSON.stringify(orderPlaced(order, { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })))
}

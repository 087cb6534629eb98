// A consumer on a broker that is made up: the test delivers, confirms, and sees what is handled, published and acked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { OrderPlaced, orderPlaced } from '#common/contracts/events.ts'
import { createHealth } from '#common/service/health.ts'
import { createLog } from '#common/service/log.ts'
import { waitFor } from '#host/wait-for.ts'
import { openStore } from '#common/stores/store.ts'
import type { Broker } from '../../broker/broker.ts'
import type { Outgoing } from '../../broker/message.ts'
import type { Delivery, Subscriber } from '../../broker/subscription.ts'
import { consume } from '../../messaging/consume.ts'
import { readEvent } from '#common/messaging/read-event.ts'
import { crashJournalTables } from '../../messaging/quarantine/crash-journal.ts'
import { topologyOf } from '../../messaging/topology.ts'

const topology = topologyOf('', 3)
export const line = topology.consumerQueues.inventory

export function openConsumer(
  t: TestContext,
  work: { handle?(orderId: string): void; isDone?(orderId: string): boolean } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-consume-'))
  const store = openStore(folder, 'suspects', crashJournalTables)
  const closing = new AbortController()
  const health = createHealth()
  const steps: string[] = []
  const published: Outgoing[] = []
  const confirms: PromiseWithResolvers<void>[] = []
  let subscriber: Subscriber | undefined
  const broker: Pick<Broker, 'publish' | 'subscribe'> = {
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
  const consumer = consume<OrderPlaced>({
    broker,
    topology,
    line,
    delaysMs: [1, 2, 3],
    prefetch: 64,
    store,
    read: readEvent(OrderPlaced, ['OrderPlaced']),
    isDone: event => work.isDone?.(event.data.orderId) ?? false,
    async handle({ data: { orderId } }) {
      steps.push(`handle ${orderId}`)
      work.handle?.(orderId)
    },
    log: createLog('test', 'silent'),
    health,
    closing: closing.signal,
  })
  t.after(async () => {
    closing.abort()
    for (const confirm of confirms) confirm.resolve()
    await consumer.stop()
    store.close()
    rmSync(folder, { recursive: true })
  })
  const deliver = (orderId: string, given: Partial<Delivery> = {}, channel = { isFirst: false, caughtUp: settled }) => {
    const ack = () => void steps.push(`ack ${orderId}`)
    const headers = {}
    const body = bodyOf(orderId)
    subscriber?.onDelivery({ ...nothing, body, headers, redelivered: false, ack, ...given }, channel)
  }
  const untilSteps = (...wanted: string[]) =>
    waitFor(() => wanted.every(step => steps.includes(step)), { deadlineMs: 60_000, everyMs: 5, what: String(wanted) })
  const untilPublished = (count: number) =>
    waitFor(() => published.length >= count, { deadlineMs: 60_000, everyMs: 5, what: `${count} copies` })
  const lose = () => subscriber?.onLost()
  return { closing, confirms, deliver, health, lose, published, steps, store, untilPublished, untilSteps }
}

const settled = async () => {}
const nothing = {
  queue: line.queue,
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

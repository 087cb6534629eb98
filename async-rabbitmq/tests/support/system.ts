// The asynchronous model as a test system: its services as processes, with short retry delays.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { startSystem, type SystemOptions, type TestSystem } from '#conformance/test-system.ts'
import type { RawMessage } from '#engine/run/history.ts'
import { waitFor } from '#host/wait-for.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { openQueueBrowser, type QueueBrowser } from '../../broker/queue-browser.ts'
import { asyncRabbitmq } from '../../lab/model.ts'
import type { RabbitmqOperations } from '../../lab/operations.ts'

export type RabbitmqSystem = TestSystem<RabbitmqOperations>
export const SERVICES = ['order_service', 'inventory_service', 'notification_service'] as const

export const brokerUrl = (): string => testBroker('rabbitmq')

export async function openBrowser(t: TestContext): Promise<QueueBrowser> {
  const browser = await openQueueBrowser(brokerUrl())
  t.after(() => browser.close())
  return browser
}

type Options = {
  broker?: string
  /** How the services reach the broker, where the test itself reaches it in another way. */
  servicesBroker?: string
  /** For all services. */
  environment?: Record<string, string>
}

/** No service is started yet. */
export function openSystem(
  t: TestContext,
  { broker = brokerUrl(), servicesBroker = broker, environment = {} }: Options = {},
): Promise<RabbitmqSystem> {
  const ofEach = { RETRY_DELAYS_MS: '50,100,150', ...environment }
  const options: SystemOptions = {
    broker: { rabbitmq: broker },
    servicesBroker: { rabbitmq: servicesBroker },
    environments: Object.fromEntries(SERVICES.map(service => [service, ofEach])),
    started: [],
  }
  return startSystem(t, asyncRabbitmq, options)
}

/** A request for one burger of the kitchen `main`. */
export const burger = (userId = 'user') => ({ userId, items: [{ sku: 'burger', quantity: 1 }] })

export const orderOf = (orderId: string, userId = 'user') => ({ orderId, kitchenId: 'main', ...burger(userId) })

/** `POST /order`. */
export const placeOrder = ({ url }: RabbitmqSystem, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url('order_service')}/order`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** Places `count` orders at once, and resolves with their ids. */
export async function placeMany(system: RabbitmqSystem, count: number, userId = 'user'): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => placeOrder(system, burger(userId))))
  return Promise.all(
    answers.map(async answer => {
      assert.equal(answer.status, 202)
      return ((await answer.json()) as { orderId: string }).orderId
    }),
  )
}

/** Until so many orders have no outcome. An order whose message is a dead letter never gets one. */
export const untilPending = (system: RabbitmqSystem, count: number): Promise<unknown> =>
  waitFor(async () => (await system.evidence()).orders.filter(({ status }) => status === 'pending').length === count, {
    deadlineMs: 30_000,
    what: `${count} pending orders`,
  })

/** For `assertSound`: a message of an order, and what has to become of it. */
export const messageOf = (orderId: string, expect: RawMessage['expect']): RawMessage => ({
  id: orderId,
  orderId,
  expect,
  class: 'a message of the test',
})

/** How many messages a service has recognised as repeated, by its log. */
export const repeatsIn = (log: string): number => log.match(/"isNew":false/g)?.length ?? 0

/** Of util-linux, which every Debian has. */
const PRLIMIT = 'prlimit'

/** Fills the disk for one process: its files may not grow past their present size (a limit of the system). */
export function fillDisk(system: RabbitmqSystem, service: string): { makeRoom(): void } {
  const folder = system.dataOf(service)
  const largest = Math.max(...readdirSync(folder).map(file => statSync(join(folder, file)).size))
  const pid = String(system.processOf(service)?.pid)
  // Only the soft limit: a process that is not root may raise it again.
  const limit = (bytes: string) => execFileSync(PRLIMIT, ['--pid', pid, `--fsize=${bytes}:`])
  limit(String(largest))
  return { makeRoom: () => void limit('unlimited') }
}

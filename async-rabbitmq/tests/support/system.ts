// The asynchronous model as a test system: its services as processes, with short retry delays.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { startSystem, type SystemOptions, type TestSystem } from '#conformance/test-system.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import type { RawMessage } from '#engine/run/history.ts'
import { waitFor } from '#host/wait-for.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { asyncRabbitmq } from '../../lab/model.ts'
import type { RabbitmqOperations } from '../../lab/operations.ts'

export type RabbitmqSystem = TestSystem<RabbitmqOperations>
export const SERVICES = ['order_service', 'inventory_service', 'notification_service'] as const

export const brokerUrl = (): string => testBroker('rabbitmq')

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

/** Places so many orders at once; answers with their ids. */
export async function placeMany(system: RabbitmqSystem, count: number, userId = 'user'): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => placeOrder(system, burger(userId))))
  return Promise.all(
    answers.map(async answer => {
      assert.equal(answer.status, 202)
      return ((await answer.json()) as { orderId: string }).orderId
    }),
  )
}

export const untilDeadLetters = (
  { inspector }: RabbitmqSystem,
  count: number,
  deadlineMs = 30_000,
): Promise<DeadLetter[]> =>
  waitFor(
    async () => {
      const letters = await inspector.deadLetters()
      return letters.length >= count && letters
    },
    { deadlineMs, everyMs: 100, what: `${count} dead letters` },
  )

/** Until the order service has so many orders without an outcome: those whose message is a dead letter keep none. */
export const untilPending = (system: RabbitmqSystem, count: number): Promise<unknown> =>
  waitFor(async () => (await system.evidence()).orders.filter(({ status }) => status === 'pending').length === count, {
    deadlineMs: 30_000,
    what: `${count} pending orders`,
  })

export const untilQueuesAreEmpty = ({ inspector }: RabbitmqSystem): Promise<unknown> =>
  waitFor(async () => Object.values(await inspector.depths()).every(depth => depth === 0), {
    deadlineMs: 30_000,
    what: 'every queue to be empty',
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

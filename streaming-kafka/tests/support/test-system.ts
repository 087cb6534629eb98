// A stage for tests: the services of this model as processes on the real broker, behind a prefix of their own.
// Everything that a test makes there is removed after it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { testBroker } from '#infra/testing/test-broker.ts'
import { isQuiet, readEvidence } from '#engine/run/evidence.ts'
import type { Evidence } from '#engine/run/history.ts'
import { getJson } from '#engine/run/http.ts'
import type { BrokerInspector } from '#engine/experiment/model.ts'
import { createProcesses } from '#runtimes/processes/processes.ts'
import type { Runtime } from '#engine/experiment/runtime.ts'
import { waitFor } from '#host/wait-for.ts'
import { streamingKafka } from '../../lab/model.ts'
import type { KafkaOperations } from '../../lab/operations.ts'

export type Environment = Record<string, Record<string, string>>

export type TestSystem = {
  runtime: Runtime
  link: BrokerInspector<KafkaOperations>
  brokers: string
  prefix: string
  folder: string
  startAll(): Promise<void>
  /** Deletes all that a service kept; it must not be running. */
  wipe(service: string): Promise<void>
  evidence(): Promise<Evidence>
  /** Resolves with the evidence when `count` orders are known and all of them are decided and confirmed. */
  quiet(count: number): Promise<Evidence>
  ask(service: string, path: string): Promise<unknown>
}

const newPrefix = (): string => `test-${randomBytes(6).toString('hex')}.`

export async function startTestSystem(
  t: TestContext,
  environment: Environment = {},
  brokers = testBroker('kafka'),
): Promise<TestSystem> {
  const prefix = newPrefix()
  const folder = mkdtempSync(join(tmpdir(), 'streaming-kafka-'))
  const { runtime, place } = await createProcesses({
    model: streamingKafka,
    broker: { kafka: brokers },
    prefix,
    dataFolder: folder,
    logFolder: join(folder, 'logs'),
    environment,
    supervised: [],
    signal: t.signal,
  })
  const link = await streamingKafka.connect(place)
  t.after(async () => {
    await runtime.stop()
    await link.close()
    await streamingKafka.remove(place)
    rmSync(folder, { recursive: true, force: true })
  })
  const evidence = () => readEvidence(streamingKafka, runtime, link)
  return {
    runtime,
    link,
    brokers,
    prefix,
    folder,
    startAll: async () => void (await Promise.all(streamingKafka.services.map(({ name }) => runtime.start(name)))),
    wipe: runtime.wipe,
    evidence,
    async quiet(count) {
      const settled = async () => {
        const now = await evidence()
        return now.orders.length >= count && isQuiet(now) && now
      }
      return waitFor(settled, { deadlineMs: 30_000, what: `${count} orders to be decided and confirmed` })
    },
    ask: (service, path) => getJson(`${runtime.url(service)}${path}`),
  }
}

/** No order lost, doubled or oversold; every reserved one confirmed once; stock equals what was there less what moved. */
export function assertSound({ orders, decisions, movements, stock, notifications }: Evidence): void {
  const unique = (ids: (string | null)[], what: string) =>
    assert.equal(new Set(ids).size, ids.length, `${what}: ${ids.length} rows of ${new Set(ids).size} orders`)
  unique(orders.map(o => o.orderId), 'orders') // biome-ignore format: one a line
  unique(decisions.map(d => d.orderId), 'decisions') // biome-ignore format: one a line
  unique(notifications.map(n => n.orderId), 'notifications') // biome-ignore format: one a line
  const reserved = decisions.filter(({ outcome }) => outcome.status === 'reserved').map(d => d.orderId)
  assert.deepEqual(notifications.map(n => n.orderId).sort(), reserved.toSorted())
  const statusOf = new Map(decisions.map(({ orderId, outcome }) => [orderId, outcome.status]))
  for (const { orderId, status } of orders) assert.equal(status, statusOf.get(orderId), orderId)
  for (const { kitchenId, sku, quantity } of stock) {
    const moved = movements.filter(m => m.kitchenId === kitchenId && m.sku === sku)
    assert.equal(quantity, moved.reduce((sum, m) => sum + m.delta, 0)) // biome-ignore format: one a line
    assert.ok(quantity >= 0, `${kitchenId}/${sku} is oversold: ${quantity}`)
  }
}

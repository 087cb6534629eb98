// What is decided stays decided: killed and started again, and stopped under load.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Case } from './case.ts'
import { anOrder, ask, orderIdIn, orderUrl, place, placed, problemIn, showOrder, viewIn } from './client.ts'
import { assertSound } from './assert-sound.ts'
import { decided, essence } from './order-facts.ts'
import { exitOf, startSingleService, whenListening } from './single-service.ts'
import type { TestSystem } from './test-system.ts'

/** A service stops by itself within this time. */
const STOP_MS = 5_000

/** Keeps asking, eight at a time, until it is stopped; the ids of the orders that were accepted. */
function startAsking(system: TestSystem) {
  let asking = true
  const accepted: string[] = []
  const client = async (): Promise<void> => {
    while (asking) {
      const reply = await place(system, anOrder(), randomUUID()).catch(() => undefined)
      if (reply && reply.status < 300) accepted.push(viewIn(reply).orderId)
    }
  }
  const clients = Array.from({ length: 8 }, client)
  return {
    accepted,
    async stop() {
      asking = false
      await Promise.all(clients)
    },
  }
}

async function stopsUnderLoad(system: TestSystem, service: string): Promise<void> {
  await system.kill(service)
  const single = await startSingleService(system, service, { LAB_FAULTS: 'on' })
  const load = startAsking(system)
  try {
    await whenListening(async () => {
      const { status } = await ask(`${system.url(service)}/health`)
      assert.equal(status, 200)
    }, service)
    await whenListening(async () => assert.ok(load.accepted.length >= 20), `${service} to be under load`)
    const before = performance.now()
    single.kill('SIGTERM')
    assert.deepEqual(await exitOf(single), { code: 0, signal: null })
    const tookMs = performance.now() - before
    assert.ok(tookMs < STOP_MS, `it took ${tookMs} ms`)
  } finally {
    single.kill('SIGKILL')
    await single.exited
    await load.stop()
    await system.start(service)
  }
  const facts = await decided(system, ...load.accepted)
  for (const { orderId, order, notifications } of facts) {
    assert.equal(order?.status, 'reserved', orderId)
    assert.equal(notifications.length, 1, orderId)
  }
  assertSound(await system.evidence())
}

export function restartCases(services: readonly string[]): Case[] {
  return [
    {
      name: 'killed and started again, every service knows its orders, and the same orders again change nothing',
      async run(system) {
        const asked = Array.from({ length: 12 }, (_, index) => ({
          key: randomUUID(),
          order: anOrder({ items: [{ sku: index % 3 === 0 ? 'unicorn' : 'pizza', quantity: 2 }] }),
        }))
        const ids = await Promise.all(asked.map(({ order, key }) => placed(system, order, key)))
        await decided(system, ...ids)
        const before = essence(await system.evidence())
        const shown = await Promise.all(ids.map(async id => viewIn(await showOrder(system, id))))

        await system.kill()
        await system.start()
        await decided(system, ...ids)
        assert.deepEqual(essence(await system.evidence()), before)
        assert.deepEqual(await Promise.all(ids.map(async id => viewIn(await showOrder(system, id)))), shown)

        const again = await Promise.all(asked.map(({ order, key }) => place(system, order, key)))
        assert.deepEqual(again.map(orderIdIn), ids)
        for (const [index, reply] of again.entries()) {
          if (index % 3 === 0) assert.equal(problemIn(reply).code, 'unknown-sku')
          else assert.equal(viewIn(reply).status, 'reserved')
        }
        const one = asked[1] ?? assert.fail()
        assert.equal(problemIn(await place(system, { ...one.order, kitchenId: 'other' }, one.key)).code, 'key-reused')
        await decided(system, ...ids)
        assert.deepEqual(essence(await system.evidence()), before)
      },
    },
    ...services.map(
      (service): Case => ({
        name: `${service} stops within 5 s under load on SIGTERM, and no accepted order is lost`,
        run: system => stopsUnderLoad(system, service),
      }),
    ),
    {
      name: 'the entry still answers after all of this',
      async run(system) {
        assert.equal((await ask(`${orderUrl(system)}`, { method: 'POST' })).status, 400)
      },
    },
  ]
}

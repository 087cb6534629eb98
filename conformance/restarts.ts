// What is decided stays decided: killed and started again, and stopped under load.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Case } from './case.ts'
import { anOrder, ask, orderIdIn, orderUrl, place, placed, problemIn, showOrder, viewIn } from './client.ts'
import { assertConserved, essence, evidenceOf, settled } from './order-facts.ts'
import { exitOf, startSingleService, whenListening } from './single-service.ts'
import { killAll, type TestSystem, startAll } from './test-system.ts'

/** A service stops by itself within this time. */
const STOP_MS = 5_000

/** Keeps asking, eight at a time, until it is told to stop; the ids of the orders that were accepted. */
function startAsking(stage: TestSystem) {
  let asking = true
  const accepted: string[] = []
  const client = async (): Promise<void> => {
    while (asking) {
      const reply = await place(stage, anOrder(), randomUUID()).catch(() => undefined)
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

async function stopsUnderLoad(stage: TestSystem, service: string): Promise<void> {
  await stage.runtime.kill(service)
  const lone = await startSingleService(stage, service, { LAB_FAULTS: 'on' })
  const load = startAsking(stage)
  try {
    await whenListening(async () => {
      const { status } = await ask(`${stage.runtime.url(service)}/health`)
      assert.equal(status, 200)
    }, service)
    await whenListening(async () => assert.ok(load.accepted.length >= 20), `${service} to be under load`)
    const before = performance.now()
    lone.kill('SIGTERM')
    assert.deepEqual(await exitOf(lone), { code: 0, signal: null })
    const tookMs = performance.now() - before
    assert.ok(tookMs < STOP_MS, `it took ${tookMs} ms`)
  } finally {
    lone.kill('SIGKILL')
    await lone.exited
    await load.stop()
    await stage.runtime.start(service)
  }
  const facts = await settled(stage, ...load.accepted)
  for (const { orderId, order, notifications } of facts) {
    assert.equal(order?.status, 'reserved', orderId)
    assert.equal(notifications.length, 1, orderId)
  }
  assertConserved(await evidenceOf(stage))
}

export function restartCases(services: readonly string[]): Case[] {
  return [
    {
      name: 'killed and started again, every service knows its orders, and the same orders again change nothing',
      async run(stage) {
        const asked = Array.from({ length: 12 }, (_, index) => ({
          key: randomUUID(),
          order: anOrder({ items: [{ sku: index % 3 === 0 ? 'unicorn' : 'pizza', quantity: 2 }] }),
        }))
        const ids = await Promise.all(asked.map(({ order, key }) => placed(stage, order, key)))
        await settled(stage, ...ids)
        const before = essence(await evidenceOf(stage))
        const shown = await Promise.all(ids.map(async id => viewIn(await showOrder(stage, id))))

        await killAll(stage.model, stage.runtime)
        await startAll(stage.model, stage.runtime)
        await settled(stage, ...ids)
        assert.deepEqual(essence(await evidenceOf(stage)), before)
        assert.deepEqual(await Promise.all(ids.map(async id => viewIn(await showOrder(stage, id)))), shown)

        const again = await Promise.all(asked.map(({ order, key }) => place(stage, order, key)))
        assert.deepEqual(again.map(orderIdIn), ids)
        for (const [index, reply] of again.entries()) {
          if (index % 3 === 0) assert.equal(problemIn(reply).code, 'unknown-sku')
          else assert.equal(viewIn(reply).status, 'reserved')
        }
        const one = asked[1] ?? assert.fail()
        assert.equal(problemIn(await place(stage, { ...one.order, kitchenId: 'other' }, one.key)).code, 'key-reused')
        await settled(stage, ...ids)
        assert.deepEqual(essence(await evidenceOf(stage)), before)
      },
    },
    ...services.map(
      (service): Case => ({
        name: `${service} stops within 5 s under load when it is told to, and no accepted order is lost`,
        run: stage => stopsUnderLoad(stage, service),
      }),
    ),
    {
      name: 'the entry still answers after all of this',
      async run(stage) {
        assert.equal((await ask(`${orderUrl(stage)}`, { method: 'POST' })).status, 400)
      },
    },
  ]
}

// What is decided stays decided: killed and started again, and stopped under load.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { waitFor } from '#host/wait-for.ts'
import { anOrder, ask, orderIdIn, orderUrl, place, placed, problemIn, showOrder, viewIn } from './client.ts'
import { assertSound } from './assert-sound.ts'
import { decided, essence } from './order-facts.ts'
import { exitOf } from './single-service.ts'
import type { Case, TestSystem } from './test-system.ts'

/** A service stops by itself within this time. */
const STOP_MS = 5_000
const LOAD_MS = 60_000

/** Places orders, eight at a time, until it is stopped; `accepted` has the ids of those that were accepted. */
function startLoad(system: TestSystem) {
  let running = true
  const accepted: string[] = []
  const client = async (): Promise<void> => {
    while (running) {
      const reply = await place(system, anOrder(), randomUUID()).catch(() => undefined)
      if (reply && reply.status < 300) accepted.push(viewIn(reply).orderId)
    }
  }
  const clients = Array.from({ length: 8 }, client)
  return {
    accepted,
    async stop() {
      running = false
      await Promise.all(clients)
    },
  }
}

async function stopsUnderLoad(system: TestSystem, service: string): Promise<void> {
  const running = system.processOf(service) ?? assert.fail(`${service} does not run`)
  const load = startLoad(system)
  try {
    const isUnderLoad = () => load.accepted.length >= 20
    await waitFor(isUnderLoad, { deadlineMs: LOAD_MS, what: `${service} to be under load` })
    const before = performance.now()
    running.kill('SIGTERM')
    assert.deepEqual(await exitOf(running), { code: 0, signal: null })
    const tookMs = performance.now() - before
    assert.ok(tookMs < STOP_MS, `it took ${tookMs} ms`)
  } finally {
    running.kill('SIGKILL')
    await running.exited
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
        const requests = Array.from({ length: 12 }, (_, index) => ({
          key: randomUUID(),
          order: anOrder({ items: [{ sku: index % 3 === 0 ? 'unicorn' : 'pizza', quantity: 2 }] }),
        }))
        const ids = await Promise.all(requests.map(({ order, key }) => placed(system, order, key)))
        await decided(system, ...ids)
        const before = essence(await system.evidence())
        const shown = await Promise.all(ids.map(async id => viewIn(await showOrder(system, id))))

        await system.kill()
        await system.start()
        await decided(system, ...ids)
        assert.deepEqual(essence(await system.evidence()), before)
        assert.deepEqual(await Promise.all(ids.map(async id => viewIn(await showOrder(system, id)))), shown)

        const again = await Promise.all(requests.map(({ order, key }) => place(system, order, key)))
        assert.deepEqual(again.map(orderIdIn), ids)
        for (const [index, reply] of again.entries()) {
          if (index % 3 === 0) assert.equal(problemIn(reply).code, 'unknown-sku')
          else assert.equal(viewIn(reply).status, 'reserved')
        }
        const one = requests[1] ?? assert.fail()
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
        assert.equal((await ask(orderUrl(system), { method: 'POST' })).status, 400)
      },
    },
  ]
}

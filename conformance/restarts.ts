// What is decided stays decided: killed and started again, stopped under load, and killed between two steps of one order.
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCheck } from '#engine/checks/check.ts'
import { checksFor, type MayFail } from '#engine/checks/checks.ts'
import type { Variant } from '#engine/experiment/define.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { Deployment } from '#engine/experiment/model.ts'
import { at, fault, read, start } from '#engine/experiment/steps.ts'
import { runVariant } from '#engine/run/run-variant.ts'
import { waitFor } from '#host/wait-for.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import { anOrder, ask, orderIdIn, orderUrl, place, placed, problemIn, showOrder, viewIn } from './client.ts'
import { assertSound } from './assert-sound.ts'
import { decided, essence } from './order-facts.ts'
import { exitOf, startSingleService, whenListening } from './single-service.ts'
import type { Case, Environments, TestSystem } from './test-system.ts'

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
  await system.kill(service)
  const single = await startSingleService(system, service, { LAB_FAULTS: 'on' })
  const load = startLoad(system)
  try {
    await whenListening(async () => {
      const { status } = await ask(`${system.url(service)}/health`)
      assert.equal(status, 200)
    }, service)
    const isUnderLoad = () => load.accepted.length >= 20
    await waitFor(isUnderLoad, { deadlineMs: LOAD_MS, what: `${service} to be under load` })
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

/** A kill may fail an order only where its request is cut off or meets the dead service; such an order is released. */
export const killMayFail = ({ entry, comparison: { configurations, reasonsOfFaults } }: ComparableModel): MayFail => ({
  reasons: reasonsOfFaults.length === 0 ? [] : [...reasonsOfFaults, 'released'],
  answers: {
    duringFault: [
      ...configurations[0].mayAnswer,
      // Only the service that takes requests leaves them without an answer; it is asked again before it can do its work.
      { actions: ['kill', 'fault'], target: entry, answers: ['unavailable', 'refused', 'reset', 'deadline'] },
    ],
  },
})

/** Some three seconds of load: there are orders while the service is down, and after it. */
const ORDERS = 180
/** So many orders are for the last unit that some of them come at any time at which the services are up. */
const MIX = { kitchens: 8, scarceShare: 0.3, scarceStock: 1 }

/** Kills `service` at its eleventh pass of `point` after an order was decided, starts it again, and judges the history. */
export async function survivesCrash(options: {
  model: ComparableModel
  broker: Deployment['broker']
  environments: Environments
  service: string
  point: string
}): Promise<void> {
  const { model, broker, environments, service, point } = options
  const checks = checksFor(killMayFail(model))
  const variant: Variant = {
    name: `${service} at ${point}`,
    about: 'killed between two steps',
    load: { orders: ORDERS, ordersPerSecond: 60, deadlineMs: 5_000, mix: MIX },
    environment: environments,
    timeline: [
      at(({ decided }) => decided > 0, fault(service, { crash: { point, after: 11 } })),
      at(({ deaths }) => deaths(service) > 0, start(service)),
      at(0, read(service, '/health')),
    ],
    quiescenceMs: 60_000,
    checks,
  }
  const folder = await mkdtemp(join(tmpdir(), 'crash-'))
  try {
    const history = await runVariant({
      model,
      variant,
      open: openProcesses({ broker, dataFolder: join(folder, 'data') }),
      lasting: {},
      id: `crash-${randomBytes(3).toString('hex')}`,
      seed: 7,
      logFolder: join(folder, 'logs'),
      onProgress: () => {},
      signal: AbortSignal.timeout(120_000),
    })
    assert.deepEqual(
      history.executedSteps.map(({ action }) => action),
      ['fault', 'start', 'read'],
    )
    const failed = checks.map(check => runCheck(check, history)).filter(({ verdict }) => verdict !== 'valid')
    assert.deepEqual(failed, [])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

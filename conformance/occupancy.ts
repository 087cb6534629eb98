// What each service tells of how full it is: sums that only grow, that grow with the work, and that fit into the time.
import assert from 'node:assert/strict'
import { OccupancyView } from '#common/contracts/http.ts'
import { parse } from '#common/contracts/parse.ts'
import { waitFor } from '#host/wait-for.ts'
import { anOrder, ask, place, placed, viewIn } from './client.ts'
import { decided } from './order-facts.ts'
import { type Case, namesOf, serviceOf, type TestSystem } from './test-system.ts'

const DELAY_MS = 300
/** Clocks of processes and timers round. */
const ROUNDING_MS = 5

async function readOf(system: TestSystem, service: string): Promise<OccupancyView> {
  const reply = await ask(`${system.url(service)}/occupancy`)
  assert.equal(reply.status, 200, reply.text)
  return parse(OccupancyView, JSON.parse(reply.text), service)
}

const readAll = async (system: TestSystem): Promise<Map<string, OccupancyView>> =>
  new Map(await Promise.all(namesOf(system.model).map(async name => [name, await readOf(system, name)] as const)))

type Growth = { name: string; ns: number }

function growthOf(before: OccupancyView, after: OccupancyView): Growth[] {
  const ofPlaces = after.places.flatMap(({ name, fullNs, takenNs }, index) => {
    const earlier = before.places[index] ?? assert.fail(`${name} is new`)
    assert.equal(earlier.name, name)
    return [
      { name: `full ${name}`, ns: fullNs - earlier.fullNs },
      { name: `taken ${name}`, ns: takenNs - earlier.takenNs },
    ]
  })
  return [
    { name: 'loop', ns: after.loop.busyNs - before.loop.busyNs },
    { name: 'syncs', ns: after.syncs.busyNs - before.syncs.busyNs },
    { name: 'sends', ns: (after.sends?.busyNs ?? 0) - (before.sends?.busyNs ?? 0) },
    ...ofPlaces,
  ]
}

/** Nothing falls, and nothing was busy for longer than the time between the two. */
function assertGrows(service: string, before: OccupancyView, after: OccupancyView): void {
  const elapsedNs = after.atNs - before.atNs
  assert.ok(elapsedNs > 0)
  for (const { name, ns } of growthOf(before, after)) {
    assert.ok(ns >= 0, `${service}: ${name} fell by ${-ns} ns`)
    assert.ok(ns <= elapsedNs + ROUNDING_MS * 1e6, `${service}: ${name} grew by ${ns} ns in ${elapsedNs} ns`)
  }
}

export const occupancyCases: Case[] = [
  {
    name: 'how full a service is comes in sums that grow with its work, and are never more than the time',
    async run(system) {
      await decided(system)
      const before = await readAll(system)
      await decided(system, ...(await Promise.all(Array.from({ length: 10 }, () => placed(system, anOrder())))))
      const after = await readAll(system)
      for (const [service, earlier] of before) {
        const later = after.get(service) ?? assert.fail(service)
        assertGrows(service, earlier, later)
        assert.equal(later.sends === null, system.model.brokers.length === 0, `${service} sends`)
        for (const { name, taken } of later.places) assert.equal(taken, 0, `${service}: ${name} is free again`)
      }
      for (const service of [system.model.entry, serviceOf(system.model, 'inventory')]) {
        const [earlier, later] = [before.get(service), after.get(service)]
        assert.ok(earlier && later && later.syncs.count > earlier.syncs.count, `${service} has synced`)
        assert.ok(!later.sends || later.sends.count > (earlier.sends?.count ?? 0), `${service} has sent`)
      }
      // Nothing is done any more.
      const idle = await readAll(system)
      for (const [service, earlier] of after) {
        const later = idle.get(service) ?? assert.fail(service)
        assertGrows(service, earlier, later)
        const full = growthOf(earlier, later).filter(({ name, ns }) => /^(full|taken)/.test(name) && ns > 0)
        assert.deepEqual(full, [], `${service} is idle`)
      }
    },
  },
  { name: 'the one place of CONCURRENCY=1 is full for as long as an order takes', run: showsFull },
]

async function showsFull(system: TestSystem): Promise<void> {
  const inventory = serviceOf(system.model, 'inventory')
  const { entry } = system.model
  const find = async () => {
    for (const [service, { places }] of await readAll(system)) {
      const found = places.find(({ name, limit, taken }) => name === 'CONCURRENCY' && limit === 1 && taken === 1)
      if (found) return { service, fullNs: found.fullNs }
    }
    return undefined
  }
  await decided(system)
  await system.restart([entry, inventory], { environment: { CONCURRENCY: '1' } })
  try {
    await system.setFaults(inventory, { delay: { delayMs: DELAY_MS } })
    const placing = place(system, anOrder())
    const { service } = await waitFor(find, { deadlineMs: 20_000, what: 'the place to be taken' })
    await decided(system, viewIn(await placing).orderId)
    const { places } = await readOf(system, service)
    const { taken, fullNs } = places.find(({ name }) => name === 'CONCURRENCY') ?? assert.fail(service)
    assert.equal(taken, 0)
    assert.ok(fullNs >= (DELAY_MS - ROUNDING_MS) * 1e6, `full for ${fullNs} ns`)
  } finally {
    await system.clearFaults(inventory)
    await system.restart([entry, inventory])
  }
}

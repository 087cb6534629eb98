// A model that answers before the outcome takes only so many orders that nobody decides: the next one is told to come back.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { OrderRequest } from '#common/contracts/order.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { anOrder, orderIdIn, place, problemIn, showOrder } from './client.ts'
import { assertReservedOnce, decided, decidedOne } from './order-facts.ts'
import { type Case, serviceOf, type TestSystem } from './test-system.ts'

const MOST = 5

type Keyed = { order: OrderRequest; key: string }

const send = (system: TestSystem, { order, key }: Keyed) => place(system, order, key)
const idOf = ({ order, key }: Keyed): string => deriveOrderId(order.userId, key)

async function assertRefused(system: TestSystem, request: Keyed): Promise<void> {
  const reply = await send(system, request)
  assert.deepEqual([reply.status, problemIn(reply).code], [503, 'overloaded'])
  assert.match(String(reply.headers['retry-after']), /^[1-3]$/)
  assert.equal((await showOrder(system, idOf(request))).status, 404)
}

/** Inventory is dead. Some orders are accepted before the restart, which has to know of them. */
async function acceptsUpToItsBound(system: TestSystem): Promise<Keyed[]> {
  const requests = Array.from({ length: 4 * MOST }, (): Keyed => ({ order: anOrder(), key: randomUUID() }))
  const early = requests.slice(0, 2)
  for (const request of early) assert.equal((await send(system, request)).status, 202)
  await system.restart(system.model.entry, { environment: { MAX_UNDECIDED: `${MOST}` } })
  const late = requests.slice(2)
  const replies = await Promise.all(late.map(request => send(system, request)))
  const accepted = [...early, ...late.filter((_, index) => replies[index]?.status === 202)]
  const answers = `answered ${replies.map(({ status }) => status).join()}`
  assert.ok(accepted.length <= MOST, answers)
  // One that is being stored may count twice for a moment, and the last place is refused then; by now all are stored.
  for (const request of late.filter(each => !accepted.includes(each)))
    if (accepted.length < MOST && (await send(system, request)).status === 202) accepted.push(request)
  assert.equal(accepted.length, MOST, answers)
  const refused = requests.filter(request => !accepted.includes(request))
  for (const request of refused) await assertRefused(system, request)
  for (const request of accepted) assert.equal(problemIn(await send(system, request)).code, 'order-undecided')
  const { healthy, problems } = await system.health(system.model.entry)
  assert.ok(healthy, JSON.stringify(problems))
  assert.match(problems.orders ?? '', /^5 orders are undecided, and new ones are refused/)
  return refused
}

export const overloadCase: Case = {
  name: 'with too many undecided orders new ones are refused and leave no trace, and are taken when those are decided',
  needs: 'survives-inventory-down',
  async run(system) {
    const { entry } = system.model
    const inventory = serviceOf(system.model, 'inventory')
    await decided(system)
    const before = (await system.evidence()).orders.length
    try {
      await system.kill(inventory)
      const refused = await acceptsUpToItsBound(system)
      await system.start(inventory)
      await decided(system)
      assert.equal((await system.evidence()).orders.length, before + MOST)
      const [again = assert.fail('none was refused')] = refused
      assert.equal(orderIdIn(await send(system, again)), idOf(again))
      assertReservedOnce(await decidedOne(system, idOf(again)), { burger: 1 })
      assert.equal((await system.health(entry)).problems.orders, undefined)
    } finally {
      if (!system.runtime.running(inventory)) await system.start(inventory)
      await system.restart(entry)
    }
  },
}

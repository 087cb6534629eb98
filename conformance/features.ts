// What only some models promise: the cases of the features that a model declares.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { wallTime } from '#common/contracts/clock.ts'
import { orderPlaced } from '#common/contracts/events.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import { waitFor } from '#host/wait-for.ts'
import { anOrder, ask, orderIdIn, orderUrl, place, placed, problemIn, type Reply, showOrder, viewIn } from './client.ts'
import { assertReservedOnce, decided, decidedOne, essence } from './order-facts.ts'
import { type Case, namesOf, serviceOf, type TestSystem } from './test-system.ts'

const LETTER_MS = 20_000

/** `publishRaw`: what the model's operation `publish-raw` needs beside a body, where the model has dead letters. */
export const featureCases = (publishRaw: Record<string, string>): Case[] => [
  ...inventoryDownCases,
  ...deadLetterCases(publishRaw),
  replayCase,
]

const inventoryDownCases: Case[] = [
  {
    name: 'clients that wait for an order, or for its events, learn its outcome when it is decided',
    needs: 'survives-inventory-down',
    async run(system) {
      const inventory = serviceOf(system.model, 'inventory')
      await system.kill(inventory)
      let learned: Promise<Reply[]>
      try {
        const url = `${orderUrl(system)}/${await placed(system, anOrder())}`
        assert.equal(viewIn(await ask(url)).status, 'pending')
        learned = Promise.all([ask(url, { headers: { prefer: 'wait=20' } }), ask(`${url}/events`)])
      } finally {
        await system.start(inventory)
      }
      const [shown = assert.fail(), events = assert.fail()] = await learned
      assert.equal(viewIn(shown).status, 'reserved')
      const ids = [...events.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id)
      assert.deepEqual(ids, ['pending', 'reserved'])
    },
  },
  {
    name: 'orders that are placed while inventory is dead are accepted, and decided when it is back',
    needs: 'survives-inventory-down',
    async run(system) {
      const inventory = serviceOf(system.model, 'inventory')
      await system.kill(inventory)
      const ids: string[] = []
      try {
        for (let count = 0; count < 5; count++) ids.push(viewIn(await place(system, anOrder())).orderId)
        for (const orderId of ids) assert.equal(viewIn(await showOrder(system, orderId)).status, 'pending')
      } finally {
        await system.start(inventory)
      }
      for (const facts of await decided(system, ...ids)) assertReservedOnce(facts, { burger: 1 })
    },
  },
  {
    name: 'an order that is placed while inventory is dead fails at once, and takes nothing',
    needs: 'answers-with-outcome',
    async run(system) {
      const inventory = serviceOf(system.model, 'inventory')
      await system.kill(inventory)
      let orderId = ''
      try {
        const reply = await place(system, anOrder())
        assert.equal(problemIn(reply).status, 503)
        orderId = orderIdIn(reply)
      } finally {
        await system.start(inventory)
      }
      const { order, decisions, movements, notifications } = await decidedOne(system, orderId)
      assert.equal(order?.status, 'failed')
      assert.deepEqual([decisions, movements, notifications], [[], [], []])
      assertReservedOnce(await decidedOne(system, await placed(system, anOrder())), { burger: 1 })
    },
  },
]

function deadLetterCases(publishRaw: Record<string, string>): Case[] {
  const publish = async ({ inspector }: TestSystem, body: string): Promise<void> => {
    const operation =
      inspector.operations['publish-raw'] ?? assert.fail('a model with dead letters has the operation publish-raw')
    await operation({ ...publishRaw, body })
  }
  return [
    {
      name: 'a poison message is dead-lettered once with its reason, and orders behind it are decided',
      needs: 'dead-letters',
      async run(system) {
        const before = (await system.inspector.deadLetters()).length
        const marks = Array.from({ length: 4 }, () => randomUUID())
        for (const [index, mark] of marks.entries()) await publish(system, index % 2 ? `{"mark":"${mark}"}` : mark)
        assertReservedOnce(await decidedOne(system, await placed(system, anOrder())), { burger: 1 })
        for (const mark of marks) {
          const letter = await letterWith(system, mark)
          assert.ok(['malformed', 'unknown-event'].includes(letter.reason), letter.reason)
          assert.ok(letter.detail.length > 0)
        }
        assert.equal((await system.inspector.deadLetters()).length, before + marks.length)
      },
    },
    {
      name: 'an order with the id of another and other content is dead-lettered as a conflict, and changes nothing',
      needs: 'dead-letters',
      async run(system) {
        const orderId = await placed(system, anOrder())
        await decidedOne(system, orderId)
        const other = { orderId, kitchenId: 'main', ...anOrder() }
        await publish(system, JSON.stringify(orderPlaced(other, { correlationId: 'c', occurredAt: wallTime() })))
        assert.equal((await letterWith(system, other.userId)).reason, 'order-conflict')
        assertReservedOnce(await decidedOne(system, orderId), { burger: 1 })
      },
    },
    {
      name: 'an order that was dead-lettered tells its client so, why and since when, and is decided when it is redriven',
      needs: 'dead-letters',
      run: showDeadLettered,
    },
  ]
}

async function showDeadLettered(system: TestSystem): Promise<void> {
  const inventory = serviceOf(system.model, 'inventory')
  const order = anOrder()
  const key = randomUUID()
  await system.setFaults(inventory, { error: { userId: order.userId } })
  const orderId = await placed(system, order, key)
  const { id } = await letterWith(system, order.userId)
  await system.clearFaults(inventory)
  const isDead = async () => viewIn(await showOrder(system, orderId)).status === 'dead-lettered'
  await waitFor(isDead, { deadlineMs: LETTER_MS, what: 'the order to be shown as a dead letter' })
  const shown = viewIn(await showOrder(system, orderId))
  assert.equal(shown.reason, 'retries-exhausted')
  assert.ok(Math.abs(Date.now() - Date.parse(shown.since ?? '')) < LETTER_MS, shown.since)
  const again = await place(system, order, key)
  assert.deepEqual([problemIn(again).status, problemIn(again).code], [409, 'dead-lettered'])
  assert.equal(again.headers['retry-after'], undefined)
  const { healthy, problems } = await system.health(serviceOf(system.model, 'order'))
  assert.ok(healthy)
  assert.match(problems['oldest pending'] ?? '', /1 undecided: dead letters/)

  const other = orderPlaced(
    { orderId, kitchenId: 'main', ...order, items: [{ sku: 'burger', quantity: 2 }] },
    { correlationId: 'c', occurredAt: wallTime() },
  )
  await assert.rejects(system.inspector.redrive(id, JSON.stringify(other)), { code: 'order-conflict' })
  await system.inspector.redrive(id)
  assertReservedOnce(await decidedOne(system, orderId), { burger: 1 })
  assert.equal(viewIn(await place(system, order, key)).status, 'reserved')
}

/** The letter that holds `mark`, as soon as it is there. */
function letterWith({ inspector }: TestSystem, mark: string): Promise<DeadLetter> {
  const find = async () => (await inspector.deadLetters()).find(({ body }) => body.includes(mark))
  return waitFor(find, { deadlineMs: LETTER_MS, what: 'a dead letter' })
}

const replayCase: Case = {
  name: 'services whose stores are gone rebuild them from the log, and decide nothing twice',
  needs: 'replays',
  async run(system) {
    const order = anOrder({ note: 'No onions, please.' })
    const key = randomUUID()
    const orderId = await placed(system, order, key)
    await decided(system, orderId)
    const before = essence(await system.evidence())
    await system.kill()
    for (const name of namesOf(system.model)) await system.wipe(name)
    await system.start()
    const same = async () => {
      const now = essence(await system.evidence())
      return now.orders.length === before.orders.length && now.decisions.length === before.decisions.length
    }
    await waitFor(same, { deadlineMs: 30_000, what: 'the stores to be rebuilt' })
    await decided(system, orderId)
    assert.equal(viewIn(await place(system, order, key)).status, 'reserved')
    const after = essence(await system.evidence())
    assert.deepEqual(after.notifications.toSorted(byText), before.notifications.toSorted(byText))
    assert.deepEqual(inSequence(after.orders), inSequence(before.orders))
    assert.deepEqual(inSequence(after.decisions), inSequence(before.decisions))
    assert.deepEqual(after.movements, before.movements)
  },
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

/** Partitions are read again side by side, so that a rebuilt store may have another sequence. */
const inSequence = <Row extends { orderId: string }>(rows: Row[]): Row[] =>
  rows.toSorted((a, b) => byText(a.orderId, b.orderId))

// What only some models promise: the cases of the features that a model declares.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { orderPlaced } from '#common/contracts/events.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import { wallTime } from '#common/contracts/clock.ts'
import { waitFor } from '#host/wait-for.ts'
import type { Case } from './case.ts'
import { anOrder, orderIdIn, place, placed, problemIn, showOrder, viewIn } from './client.ts'
import { assertReservedOnce, essence, evidenceOf, settled, settledOne } from './order-facts.ts'
import { killAll, serviceOf, type TestSystem, startAll } from './test-system.ts'

const LETTER_MS = 20_000

/** The letter that holds `mark`, as soon as it is there. */
function letterWith({ link }: TestSystem, mark: string): Promise<DeadLetter> {
  const find = async () => (await link.deadLetters()).find(({ body }) => body.includes(mark))
  return waitFor(find, { deadlineMs: LETTER_MS, what: 'a dead letter' })
}

/** `publishRaw`: what the verb `publish-raw` of the model's link needs beside the body, where it has that verb. */
export function featureCases(publishRaw: Record<string, string>): Case[] {
  const publish = async ({ link }: TestSystem, body: string): Promise<void> => {
    const verb = link.operations['publish-raw'] ?? assert.fail('a model with dead letters has the verb publish-raw')
    await verb({ ...publishRaw, body })
  }
  return [
    {
      name: 'orders that are placed while inventory is dead are accepted, and decided when it is back',
      needs: 'survives-inventory-down',
      async run(stage) {
        const inventory = serviceOf(stage.model, 'inventory')
        await stage.runtime.kill(inventory)
        const ids: string[] = []
        try {
          for (let count = 0; count < 5; count++) ids.push(viewIn(await place(stage, anOrder())).orderId)
          for (const orderId of ids) assert.equal(viewIn(await showOrder(stage, orderId)).status, 'pending')
        } finally {
          await stage.runtime.start(inventory)
        }
        for (const facts of await settled(stage, ...ids)) assertReservedOnce(facts, { burger: 1 })
      },
    },
    {
      name: 'an order that is placed while inventory is dead fails at once, and takes nothing',
      needs: 'answers-with-outcome',
      async run(stage) {
        const inventory = serviceOf(stage.model, 'inventory')
        await stage.runtime.kill(inventory)
        let orderId = ''
        try {
          const reply = await place(stage, anOrder())
          assert.equal(problemIn(reply).status, 503)
          orderId = orderIdIn(reply)
        } finally {
          await stage.runtime.start(inventory)
        }
        const { order, decisions, movements, notifications } = await settledOne(stage, orderId)
        assert.equal(order?.status, 'failed')
        assert.deepEqual([decisions, movements, notifications], [[], [], []])
        assertReservedOnce(await settledOne(stage, await placed(stage, anOrder())), { burger: 1 })
      },
    },
    {
      name: 'a poison message is set aside once with its reason, and orders behind it flow',
      needs: 'dead-letters',
      async run(stage) {
        const before = (await stage.link.deadLetters()).length
        const marks = Array.from({ length: 4 }, () => randomUUID())
        for (const [index, mark] of marks.entries()) await publish(stage, index % 2 ? `{"mark":"${mark}"}` : mark)
        assertReservedOnce(await settledOne(stage, await placed(stage, anOrder())), { burger: 1 })
        for (const mark of marks) {
          const letter = await letterWith(stage, mark)
          assert.ok(['malformed', 'unknown-event'].includes(letter.reason), letter.reason)
          assert.ok(letter.detail.length > 0)
        }
        assert.equal((await stage.link.deadLetters()).length, before + marks.length)
      },
    },
    {
      name: 'an order with the id of another and other content is set aside as a conflict, and changes nothing',
      needs: 'dead-letters',
      async run(stage) {
        const orderId = await placed(stage, anOrder())
        await settledOne(stage, orderId)
        const other = { orderId, kitchenId: 'main', ...anOrder() }
        await publish(stage, JSON.stringify(orderPlaced(other, { correlationId: 'c', occurredAt: wallTime() })))
        assert.equal((await letterWith(stage, other.userId)).reason, 'order-conflict')
        assertReservedOnce(await settledOne(stage, orderId), { burger: 1 })
      },
    },
    {
      name: 'services whose stores are gone rebuild them from the log, and decide nothing twice',
      needs: 'replays',
      async run(stage) {
        const { model, runtime } = stage
        const order = anOrder()
        const key = randomUUID()
        const orderId = await placed(stage, order, key)
        await settled(stage, orderId)
        const before = essence(await evidenceOf(stage))
        await killAll(model, runtime)
        for (const { name } of model.services) await runtime.wipe(name)
        await startAll(model, runtime)
        const same = async () => {
          const now = essence(await evidenceOf(stage))
          return now.orders.length === before.orders.length && now.decisions.length === before.decisions.length
        }
        await waitFor(same, { deadlineMs: 30_000, what: 'the stores to be rebuilt' })
        await settled(stage, orderId)
        assert.equal(viewIn(await place(stage, order, key)).status, 'reserved')
        const after = essence(await evidenceOf(stage))
        assert.deepEqual(after.notifications.toSorted(byText), before.notifications.toSorted(byText))
        assert.deepEqual(inSequence(after.orders), inSequence(before.orders))
        assert.deepEqual(inSequence(after.decisions), inSequence(before.decisions))
        assert.deepEqual(after.movements, before.movements)
      },
    },
  ]
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1)

/** Partitions are read again side by side, so that a rebuilt store may have another sequence. */
const inSequence = <Row extends { orderId: string }>(rows: Row[]): Row[] =>
  rows.toSorted((a, b) => byText(a.orderId, b.orderId))

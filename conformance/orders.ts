// One decision and at most one confirmation per order; all of it or nothing; never more than there is.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import {
  DEFAULT_KITCHEN,
  fingerprint,
  MAX_LINES,
  MAX_NOTE_CHARS,
  MAX_QUANTITY,
  type OrderRequest,
} from '#common/contracts/order.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { anOrder, orderIdIn, place, placed, problemIn, showOrder, viewIn } from './client.ts'
import { assertSound } from './assert-sound.ts'
import { assertFailed, assertReservedOnce, decided, decidedOne, type Facts } from './order-facts.ts'
import { type Case, STOCK } from './test-system.ts'

/** Names that JavaScript objects have without being given them. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']

/** Each service that keeps the order made the fingerprint of what came to it. */
function assertHasNote({ order, decisions }: Facts, sent: OrderRequest): void {
  const expected = fingerprint({ kitchenId: DEFAULT_KITCHEN, ...sent })
  assert.equal(order?.fingerprint, expected)
  assert.deepEqual(
    decisions.map(decision => decision.fingerprint),
    [expected],
  )
}

export const orderCases: Case[] = [
  {
    name: 'an order that can be served is reserved once and notified once',
    async run(system) {
      const items = [
        { sku: 'burger', quantity: 2 },
        { sku: 'salad', quantity: 1 },
      ]
      const orderId = await placed(system, anOrder({ items }))
      assertReservedOnce(await decidedOne(system, orderId), { burger: 2, salad: 1 })
    },
  },
  {
    name: 'a note is in every store as it was written, and is a part of what the key was used for',
    async run(system) {
      const order = anOrder({ note: 'No onions, please.\n\t"Grüße" \\ \u2028 🍕\r\n' })
      const key = randomUUID()
      const facts = await decidedOne(system, await placed(system, order, key))
      assertReservedOnce(facts, { burger: 1 })
      assertHasNote(facts, order)
      assert.equal(problemIn(await place(system, { ...order, note: 'No onions.' }, key)).code, 'key-reused')
      assert.equal(viewIn(await place(system, order, key)).orderId, facts.orderId)
    },
  },
  {
    name: 'the largest order that there can be is decided as any other',
    async run(system) {
      const note = '🍕'.repeat(MAX_NOTE_CHARS)
      const noted = anOrder({ note })
      const reserved = await decidedOne(system, await placed(system, noted))
      assertReservedOnce(reserved, { burger: 1 })
      assertHasNote(reserved, noted)
      const items = Array.from({ length: MAX_LINES }, () => ({ sku: '🍕'.repeat(128), quantity: MAX_QUANTITY }))
      const largest = anOrder({ note, items, userId: '🍕'.repeat(128) })
      const failed = await decidedOne(system, await placed(system, largest))
      assertFailed(failed, 'unknown-sku')
      assertHasNote(failed, largest)
    },
  },
  {
    name: 'the answer to an order carries its outcome',
    needs: 'answers-with-outcome',
    async run(system) {
      const reply = await place(system, anOrder())
      assert.equal(reply.status, 201)
      const view = viewIn(reply)
      assert.deepEqual(view, { orderId: view.orderId, status: 'reserved', notification: 'sent' })
      const refused = await place(system, anOrder({ items: [{ sku: 'unicorn', quantity: 1 }] }))
      assert.equal(refused.status, 409)
      assert.equal(problemIn(refused).code, 'unknown-sku')
      assertFailed(await decidedOne(system, orderIdIn(refused)), 'unknown-sku')
    },
  },
  {
    name: 'the answer to an order is 202, whatever becomes of it',
    needs: 'answers-before-outcome',
    async run(system) {
      for (const sku of ['burger', 'unicorn']) {
        const reply = await place(system, anOrder({ items: [{ sku, quantity: 1 }] }))
        assert.equal(reply.status, 202)
        await decidedOne(system, viewIn(reply).orderId)
      }
    },
  },
  {
    name: 'without a key each request is a new order',
    async run(system) {
      const order = anOrder()
      const ids = [await placed(system, order), await placed(system, order)]
      assert.equal(new Set(ids).size, 2)
      for (const facts of await decided(system, ...ids)) assertReservedOnce(facts, { burger: 1 })
    },
  },
  {
    name: 'an order of several lines is reserved whole or not at all',
    async run(system) {
      const lines = (burgers: number) => [
        { sku: 'pizza', quantity: 2 },
        { sku: 'burger', quantity: burgers },
      ]
      const tooMuch = await placed(system, anOrder({ kitchenId: 'one-burger', items: lines(2) }))
      assertFailed(await decidedOne(system, tooMuch), 'out-of-stock')
      const unknown = [...lines(1), { sku: 'unicorn', quantity: 1 }]
      const impossible = await placed(system, anOrder({ kitchenId: 'one-burger', items: unknown }))
      assertFailed(await decidedOne(system, impossible), 'unknown-sku')
      const whole = await placed(system, anOrder({ kitchenId: 'one-burger', items: lines(1) }))
      assertReservedOnce(await decidedOne(system, whole), { pizza: 2, burger: 1 })
    },
  },
  {
    name: 'two lines of one sku want their sum',
    async run(system) {
      const line = { sku: 'burger', quantity: 2 }
      const orderId = await placed(system, anOrder({ kitchenId: 'three-burgers', items: [line, line] }))
      assertFailed(await decidedOne(system, orderId), 'out-of-stock')
    },
  },
  {
    name: 'a kitchen that sells out has reserved exactly its stock, however many orders come at once',
    async run(system) {
      const orders = Array.from({ length: 30 }, () => placed(system, anOrder({ kitchenId: 'sells-out' })))
      const facts = await decided(system, ...(await Promise.all(orders)))
      const reserved = facts.filter(({ order }) => order?.status === 'reserved')
      assert.equal(reserved.length, STOCK['sells-out'].burger)
      for (const each of reserved) assertReservedOnce(each, { burger: 1 })
      for (const each of facts) if (!reserved.includes(each)) assertFailed(each, 'out-of-stock')
      const { stock } = await system.evidence()
      assert.equal(stock.find(({ kitchenId }) => kitchenId === 'sells-out')?.quantity, 0)
    },
  },
  {
    name: 'names that objects inherit are a sku that nobody sells, and a kitchen like any other',
    async run(system) {
      for (const name of INHERITED) {
        const unsold = await placed(system, anOrder({ items: [{ sku: name, quantity: 1 }] }))
        assertFailed(await decidedOne(system, unsold), 'unknown-sku')
        const cooked = await placed(system, anOrder({ kitchenId: name, userId: name }), randomUUID())
        assertReservedOnce(await decidedOne(system, cooked), { burger: 1 })
      }
    },
  },
  {
    name: 'an order can be read as soon as it is accepted, and its status never goes back',
    async run(system) {
      const watched = Array.from({ length: 20 }, async (_, index) => {
        const sku = index % 4 === 0 ? 'unicorn' : 'burger'
        const orderId = await placed(system, anOrder({ items: [{ sku, quantity: 1 }] }), randomUUID())
        const seen: string[] = []
        while (seen.length < 5 || seen.at(-1) === 'pending') seen.push(viewIn(await showOrder(system, orderId)).status)
        const final = sku === 'burger' ? 'reserved' : 'failed'
        const turned = seen.indexOf(final)
        assert.ok(turned >= 0 && seen.slice(0, turned).every(status => status === 'pending'), seen.join())
        assert.ok(
          seen.slice(turned).every(status => status === final),
          seen.join(),
        )
      })
      await Promise.all(watched)
    },
  },
  {
    name: 'an order that was never placed is a 404',
    async run(system) {
      for (const orderId of [randomUUID(), deriveOrderId('nobody', 'k'), 'no such order', '__proto__'])
        assert.equal(problemIn(await showOrder(system, orderId)).code, 'not-found')
    },
  },
  {
    name: 'what was in stock is left or was moved, in every kitchen',
    async run(system) {
      await decided(system)
      const evidence = await system.evidence()
      assert.ok(evidence.movements.some(({ kind }) => kind === 'reserve'))
      assertSound(evidence)
    },
  },
]

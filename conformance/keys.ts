// Idempotency-Key: one order for a user and a key, in its present state, however often it is requested.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { IDEMPOTENCY_KEY } from '#common/contracts/headers.ts'
import { deriveOrderId } from '#common/contracts/order-id.ts'
import { deleteJson, postJson } from '#engine/run/http.ts'
import { anOrder, orderUrl, place, placed, post, problemIn, viewIn } from './client.ts'
import { assertFailed, assertReservedOnce, decided, decidedOne } from './order-facts.ts'
import { type Case, serviceOf } from './test-system.ts'

/** Headers that are no key. */
const NO_KEYS: Record<string, string | string[]> = {
  empty: '',
  spaced: 'two words',
  long: 'k'.repeat(129),
  'beyond ASCII': 'schl\u00fcssel',
  twice: ['one', 'other'],
  'not closed': '"key',
  'more than a string': '"key";a=1',
  'nothing in quotes': '""',
}

export const keyCases: Case[] = [
  {
    name: 'the same key again is that order in its present state, and has no effect',
    async run(system) {
      const order = anOrder()
      const key = randomUUID()
      const orderId = await placed(system, order, key)
      assert.equal(orderId, deriveOrderId(order.userId, key))
      await decidedOne(system, orderId)
      for (let time = 0; time < 3; time++) {
        const view = viewIn(await place(system, order, key))
        assert.deepEqual([view.orderId, view.status], [orderId, 'reserved'])
      }
      assertReservedOnce(await decidedOne(system, orderId), { burger: 1 })
    },
  },
  {
    name: 'the same key again for an order that failed says why it failed',
    async run(system) {
      const order = anOrder({ items: [{ sku: 'unicorn', quantity: 1 }] })
      const key = randomUUID()
      const orderId = await placed(system, order, key)
      await decidedOne(system, orderId)
      const answer = problemIn(await place(system, order, key))
      assert.deepEqual([answer.status, answer.code, answer.orderId], [409, 'unknown-sku', orderId])
      assertFailed(await decidedOne(system, orderId), 'unknown-sku')
    },
  },
  {
    name: 'the same key for another body is a 422, and leaves the order as it is',
    async run(system) {
      const order = anOrder()
      const key = randomUUID()
      const orderId = await placed(system, order, key)
      for (const other of [
        { ...order, items: [{ sku: 'burger', quantity: 2 }] },
        { ...order, kitchenId: 'another-kitchen' },
        { ...order, items: [...order.items, ...order.items] },
      ])
        assert.equal(problemIn(await place(system, other, key)).code, 'key-reused')
      assertReservedOnce(await decidedOne(system, orderId), { burger: 1 })
    },
  },
  {
    name: 'the same key while the order is undecided is a 409 with Retry-After',
    async run(system) {
      const faults = `${system.url(serviceOf(system.model, 'inventory'))}/faults`
      const order = anOrder()
      const key = randomUUID()
      await postJson(faults, { delay: { delayMs: 2_000 } })
      try {
        // Whichever comes second meets the undecided order, and is refused.
        const both = await Promise.all([place(system, order, key), place(system, order, key)])
        const [undecided = assert.fail('both were taken'), ...others] = both.filter(({ status }) => status === 409)
        assert.equal(others.length, 0)
        assert.equal(problemIn(undecided).code, 'order-undecided')
        assert.match(String(undecided.headers['retry-after']), /^[1-9]\d*$/)
      } finally {
        await deleteJson(faults)
      }
      assertReservedOnce(await decidedOne(system, deriveOrderId(order.userId, key)), { burger: 1 })
    },
  },
  {
    name: 'a key in quotes, as the draft of the header wants it, is the same key as without them',
    async run(system) {
      const order = anOrder()
      const key = `\\a"${randomUUID()}`
      const orderId = await placed(system, order, key)
      assert.equal(orderId, deriveOrderId(order.userId, key))
      await decidedOne(system, orderId)
      const quoted = `"${key.replace(/["\\]/g, '\\$&')}"`
      assert.equal(viewIn(await place(system, order, quoted)).orderId, orderId)
      assertReservedOnce(await decidedOne(system, orderId), { burger: 1 })
    },
  },
  {
    name: 'two users with the same key have two orders',
    async run(system) {
      const key = randomUUID()
      const ids = [await placed(system, anOrder(), key), await placed(system, anOrder(), key)]
      assert.equal(new Set(ids).size, 2)
      for (const facts of await decided(system, ...ids)) assertReservedOnce(facts, { burger: 1 })
    },
  },
  {
    name: 'many requests at once with one key are one order',
    async run(system) {
      const order = anOrder()
      const key = randomUUID()
      const orderId = deriveOrderId(order.userId, key)
      const replies = await Promise.all(Array.from({ length: 20 }, () => place(system, order, key)))
      for (const reply of replies) {
        if (reply.status === 409) assert.equal(problemIn(reply).code, 'order-undecided')
        else assert.equal(viewIn(reply).orderId, orderId)
      }
      assert.ok(replies.some(({ status }) => status < 300))
      assertReservedOnce(await decidedOne(system, orderId), { burger: 1 })
    },
  },
  {
    name: 'a header that is no key is refused, and nothing is placed',
    async run(system) {
      for (const [what, value] of Object.entries(NO_KEYS)) {
        const reply = await post(orderUrl(system), JSON.stringify(anOrder()), { [IDEMPOTENCY_KEY]: value })
        assert.equal(reply.status, 400, `${what}: ${reply.text}`)
        assert.match(problemIn(reply).detail, new RegExp(IDEMPOTENCY_KEY, 'i'))
      }
    },
  },
]

// Orders of random shape: each gets an answer with a stated meaning, and no service ends for it.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Case } from './case.ts'
import { ask, orderIdIn, orderUrl, problemIn, viewIn } from './client.ts'
import { assertSound } from './assert-sound.ts'
import { decided } from './order-facts.ts'

const RUNS = 300

const name = fc.oneof(
  fc.constantFrom('burger', 'pizza', 'main', '__proto__', 'constructor', 'x'.repeat(128)),
  fc.string({ maxLength: 140, unit: 'binary' }),
)
const quantity = fc.oneof(fc.integer({ min: -2, max: 1_002 }), fc.double(), fc.jsonValue())
const line = fc.oneof(
  { weight: 5, arbitrary: fc.record({ sku: name, quantity }) },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const likeAnOrder = fc.record(
  { userId: name, items: fc.array(line, { maxLength: 5 }), kitchenId: name, extra: fc.jsonValue() },
  { requiredKeys: ['userId', 'items'] },
)
/** Some are right, so that what comes behind the door sees random names too. */
const rightOrder = fc.record({
  userId: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  kitchenId: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  items: fc.array(fc.record({ sku: name, quantity: fc.integer({ min: 1, max: 1_000 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
})
const body = fc.oneof(
  { weight: 4, arbitrary: likeAnOrder.map(value => JSON.stringify(value)) },
  { weight: 3, arbitrary: rightOrder.map(value => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
const key = fc.option(fc.string({ minLength: 1, maxLength: 130 }), { nil: undefined })

export const randomOrderCases: Case[] = [
  {
    name: `${RUNS} orders of random shape: each has an answer with a stated meaning, and nothing stops`,
    async run(system) {
      const taken: string[] = []
      await fc.assert(
        fc.asyncProperty(body, key, async (text, given) => {
          const headers = {
            'content-type': 'application/json',
            ...(given !== undefined && { 'idempotency-key': given }),
          }
          const reply = await ask(orderUrl(system), { method: 'POST', headers, body: text })
          if (reply.status < 300) return void taken.push(viewIn(reply).orderId)
          const { status } = problemIn(reply)
          assert.ok([400, 409, 413, 422].includes(status), `answered ${status} to ${text}`)
          if (status === 409) taken.push(orderIdIn(reply))
        }),
        { numRuns: RUNS },
      )
      assert.ok(taken.length > 0, 'some of the orders were right')
      await decided(system, ...taken)
      assertSound(await system.evidence())
      for (const { name: service } of system.model.services) assert.equal(system.runtime.deaths(service), 0, service)
    },
  },
]

// What no order service takes, each with the status that says so; orders of random shape, each with an answer of a stated meaning;
// and that no service ends for them.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { MAX_ORDER_BYTES } from '#common/contracts/events.ts'
import { IDEMPOTENCY_KEY } from '#common/contracts/headers.ts'
import { MAX_LINES, MAX_NOTE_CHARS, MAX_QUANTITY } from '#common/contracts/order.ts'
import type { Case } from './test-system.ts'
import { assertSound } from './assert-sound.ts'
import { anOrder, ask, orderIdIn, orderUrl, placed, post, problemIn, viewIn } from './client.ts'
import { assertReservedOnce, decided, decidedOne } from './order-facts.ts'

type Bad = { body: string | Buffer; type?: string; status?: number; headers?: Record<string, string> }

const line = (quantity: unknown) => ({ items: [{ sku: 'burger', quantity }] })
const order = (change: Record<string, unknown>): Bad => ({ body: JSON.stringify({ ...anOrder(), ...change }) })
const whole = JSON.stringify(anOrder())

const BAD: Record<string, Bad> = {
  'no body': { body: '' },
  'not JSON': { body: '{"userId":' },
  'not UTF-8': { body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) },
  null: { body: 'null' },
  'an array': { body: '[]' },
  'a number': { body: '7' },
  'a string': { body: '"order"' },
  'an empty object': { body: '{}' },
  'no user': order({ userId: undefined }),
  'an empty user': order({ userId: '' }),
  'a user of another type': order({ userId: 7 }),
  'a user with a control character': order({ userId: 'a\u0000b' }),
  'a long user': order({ userId: 'u'.repeat(129) }),
  'no items': order({ items: undefined }),
  'items that are no list': order({ items: { sku: 'burger', quantity: 1 } }),
  'an empty list': order({ items: [] }),
  'too many lines': order({ items: Array.from({ length: MAX_LINES + 1 }, () => ({ sku: 'burger', quantity: 1 })) }),
  'a line that is null': order({ items: [null] }),
  'a line without a quantity': order({ items: [{ sku: 'burger' }] }),
  'a line without a sku': order({ items: [{ quantity: 1 }] }),
  'an empty sku': order({ items: [{ sku: '', quantity: 1 }] }),
  'quantity 0': order(line(0)),
  'a negative quantity': order(line(-1)),
  'half a burger': order(line(0.5)),
  'a quantity as text': order(line('1')),
  'one more than may be ordered': order(line(MAX_QUANTITY + 1)),
  'a quantity beyond all numbers': { body: whole.replace('"quantity":1', '"quantity":1e999') },
  'a quantity beyond whole numbers': order(line(2 ** 60)),
  'a kitchen of another type': order({ kitchenId: {} }),
  'an empty kitchen': order({ kitchenId: '' }),
  'a note of another type': order({ note: ['no onions'] }),
  'an empty note': order({ note: '' }),
  'a note that is too long': order({ note: 'n'.repeat(MAX_NOTE_CHARS + 1) }),
  'a note with a control character': order({ note: 'no\u0000onions' }),
  'a note with half a character': { body: whole.replace('{', '{"note":"\\ud83c",') },
  'an unknown field': order({ discount: 1 }),
  'an unknown field in a line': order({ items: [{ sku: 'burger', quantity: 1, price: 1 }] }),
  'an orderId of its own': order({ orderId: 'mine' }),
  'a __proto__ of its own': { body: whole.replace('{', '{"__proto__":{"admin":true},') },
  'a constructor of its own': order({ constructor: { prototype: {} } }),
  'a deep nest': { body: '['.repeat(20_000) + ']'.repeat(20_000) },
  'a body that is too large': { body: JSON.stringify({ pad: 'x'.repeat(MAX_ORDER_BYTES) }), status: 413 },
  'another content type': { body: whole, type: 'text/plain' },
  'a form': { body: 'userId=ada', type: 'application/x-www-form-urlencoded' },
  'no content type': { body: whole, type: '' },
  'a correlation id with spaces': { body: whole, headers: { 'x-correlation-id': 'two words' } },
}

const RUNS = 300

/** Any character of Unicode. To be able to shrink them, fast-check's own `binary` makes a table of all of them first. */
const unit = fc.nat({ max: 0x10f7ff }).map(code => String.fromCodePoint(code < 0xd800 ? code : code + 0x800))
const anyName = fc.oneof(
  fc.constantFrom('burger', 'pizza', 'main', '__proto__', 'constructor', 'toString', 'x'.repeat(128)),
  fc.string({ maxLength: 140, unit }),
)
const anyQuantity = fc.oneof(fc.integer({ min: -2, max: 1_002 }), fc.double(), fc.jsonValue())
const anyLine = fc.oneof(
  { weight: 5, arbitrary: fc.record({ sku: anyName, quantity: anyQuantity }) },
  { weight: 1, arbitrary: fc.jsonValue() },
)
const likeAnOrder = fc.record(
  { userId: anyName, items: fc.array(anyLine, { maxLength: 5 }), kitchenId: anyName, extra: fc.jsonValue() },
  { requiredKeys: ['userId', 'items'] },
)
/** Some are right, so that what comes behind the door sees random names too. */
const rightOrder = fc.record({
  userId: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  kitchenId: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
  items: fc.array(fc.record({ sku: anyName, quantity: fc.integer({ min: 1, max: 1_000 }) }), {
    minLength: 1,
    maxLength: 4,
  }),
})
const anyBody = fc.oneof(
  { weight: 4, arbitrary: likeAnOrder.map(value => JSON.stringify(value)) },
  { weight: 3, arbitrary: rightOrder.map(value => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit }) },
)
const anyKey = fc.option(fc.string({ minLength: 1, maxLength: 130 }), { nil: undefined })

const randomOrders: Case = {
  name: `${RUNS} orders of random shape: each has an answer with a stated meaning, and nothing stops`,
  async run(system) {
    const taken: string[] = []
    await fc.assert(
      fc.asyncProperty(anyBody, anyKey, async (text, given) => {
        const reply = await post(orderUrl(system), text, given === undefined ? {} : { [IDEMPOTENCY_KEY]: given })
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
}

export const badRequestCases: Case[] = [
  ...Object.entries(BAD).map(
    ([what, { body, type = 'application/json', status = 400, headers = {} }]): Case => ({
      name: `refused with ${status} and the reason: ${what}`,
      async run(system) {
        const all = type === '' ? headers : { 'content-type': type, ...headers }
        const reply = await ask(orderUrl(system), { method: 'POST', headers: all, body })
        assert.equal(reply.status, status, reply.text)
        assert.equal(problemIn(reply).code, status === 413 ? 'too-large' : 'malformed')
      },
    }),
  ),
  {
    name: 'a path or a method that is not there is a 404',
    async run(system) {
      const base = system.url(system.model.entry)
      for (const reply of [
        await ask(`${base}/`),
        await ask(`${base}/orders/extra`),
        await ask(`${base}/order`),
        await post(`${base}/health`, '{}'),
      ])
        assert.equal(problemIn(reply).code, 'not-found')
    },
  },
  {
    name: 'bad requests stopped nothing and placed nothing',
    async run(system) {
      const before = await system.evidence()
      const bodies = Object.values(BAD).slice(0, 10)
      await Promise.all(bodies.map(({ body }) => post(orderUrl(system), body)))
      assertReservedOnce(await decidedOne(system, await placed(system, anOrder())), { burger: 1 })
      assert.equal((await system.evidence()).orders.length, before.orders.length + 1)
      for (const { name } of system.model.services) assert.equal(system.runtime.deaths(name), 0, name)
    },
  },
  randomOrders,
]

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGenuine, signedHeaders, webhookKey } from './webhook-signature.ts'

// The example of the specification's reference libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const NOW_MS = 1_614_265_330_000
const BODY = '{"test": 2432232314}'
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

const key = webhookKey(SECRET)
const signed = signedHeaders(key, ID, BODY, NOW_MS)

test('a webhook is signed as the reference libraries of the specification sign it', () => {
  assert.deepEqual(signed, {
    'webhook-id': ID,
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  })
})

test('what was signed with the key just now is genuine, by any one of its signatures', () => {
  assert.ok(isGenuine(key, signed, BODY, NOW_MS + 299_000))
  const others = `v1,${'A'.repeat(43)}= v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=`
  assert.ok(isGenuine(key, { ...signed, 'webhook-signature': `${others} ${SIGNATURE}` }, BODY, NOW_MS))
  assert.ok(!isGenuine(key, { ...signed, 'webhook-signature': others }, BODY, NOW_MS))
})

test('nothing is genuine with another body, id, time or key, or without one of the headers', () => {
  const other = webhookKey(`whsec_${Buffer.alloc(24, 1).toString('base64')}`)
  assert.ok(!isGenuine(key, signed, `${BODY} `, NOW_MS))
  assert.ok(!isGenuine(other, signed, BODY, NOW_MS))
  for (const [name, value] of [
    ['webhook-id', 'msg_other'],
    ['webhook-timestamp', '1614265331'],
    ['webhook-timestamp', 'now'],
    ['webhook-signature', 'v1,'],
    ['webhook-signature', SIGNATURE.slice(0, 8)],
  ] as const)
    assert.ok(!isGenuine(key, { ...signed, [name]: value }, BODY, NOW_MS), `${name}: ${value}`)
  for (const name of Object.keys(signed))
    assert.ok(!isGenuine(key, { ...signed, [name]: undefined }, BODY, NOW_MS), name)
})

test('what was signed more than five minutes ago, or will be, is not genuine', () => {
  for (const ms of [-301_000, 301_000]) assert.ok(!isGenuine(key, signed, BODY, NOW_MS + ms))
})

test('a secret is whsec_ and 24 to 64 bytes as base64', () => {
  const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`
  assert.equal(webhookKey(secretOf(24)).length, 24)
  assert.equal(webhookKey(secretOf(64)).length, 64)
  for (const wrong of ['', 'secret', secretOf(23), secretOf(65), secretOf(32).slice('whsec_'.length), 'whsec_!'])
    assert.throws(() => webhookKey(wrong), /whsec_ and then 24 to 64 random bytes as base64/)
})

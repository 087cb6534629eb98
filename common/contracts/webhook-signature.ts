// How a webhook is signed, and how its receiver finds that it is genuine: as the Standard Webhooks specification has it
// (https://www.standardwebhooks.com). Apart from the schemas, so that the load generator does not load those.
import { createHmac, timingSafeEqual } from 'node:crypto'

export const WEBHOOK_ID = 'webhook-id'
const WEBHOOK_TIMESTAMP = 'webhook-timestamp'
const WEBHOOK_SIGNATURE = 'webhook-signature'

/** Clocks may differ by so much. What is older may have been recorded by somebody who sends it again. */
const TOLERANCE_S = 300

type Signed = Record<typeof WEBHOOK_ID | typeof WEBHOOK_TIMESTAMP | typeof WEBHOOK_SIGNATURE, string>

/** The key of a secret such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`. @throws Error that says what is expected */
export function webhookKey(secret: string): Buffer {
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  const key = Buffer.from(base64, 'base64')
  if (key.length >= 24 && key.length <= 64) return key
  throw new Error('whsec_ and then 24 to 64 random bytes as base64')
}

/** The headers of one attempt to send a webhook: its id is the same at each, its timestamp that of the attempt. */
export function signedHeaders(key: Buffer, id: string, body: string, nowMs = Date.now()): Signed {
  const timestamp = String(Math.floor(nowMs / 1_000))
  const signature = `v1,${digest(key, id, timestamp, body).toString('base64')}`
  return { [WEBHOOK_ID]: id, [WEBHOOK_TIMESTAMP]: timestamp, [WEBHOOK_SIGNATURE]: signature }
}

/** Whether who sent it has the key, and sent it just now. Of several signatures, as while a key is replaced, one is enough. */
export function isGenuine(
  key: Buffer,
  headers: Partial<Record<string, string | string[]>>,
  body: string,
  nowMs = Date.now(),
): boolean {
  const { [WEBHOOK_ID]: id, [WEBHOOK_TIMESTAMP]: timestamp, [WEBHOOK_SIGNATURE]: signatures } = headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false
  if (!/^\d+$/.test(timestamp) || Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_S) return false
  const expected = digest(key, id, timestamp, body)
  return signatures.split(' ').some(each => {
    const given = Buffer.from(each.startsWith('v1,') ? each.slice('v1,'.length) : '', 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

const digest = (key: Buffer, id: string, timestamp: string, body: string): Buffer =>
  createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()

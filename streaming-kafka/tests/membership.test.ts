// How an instance leaves the group of its service: at once, so that the next one need not wait, except where that one could
// read the log before a write of this one is in it.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { openMembership } from '../messaging/membership.ts'
import { testConnection } from './support/connection.ts'

/** A service that works, and stops while it writes. Resolves with the members of its group after that. */
async function membersAfterStop(t: TestContext, mayWrite: () => Promise<void>): Promise<string[]> {
  const { kafka, closing, prefix, admin } = await testConnection(t, 'writer')
  const member = await openMembership(kafka, 'store').join('orders')
  assert.ok(member)
  const members = async () => (await admin.members(kafka.name)).map(({ clientId }) => clientId.replace(prefix, ''))
  assert.deepEqual(await members(), ['writer@store'])
  kafka.guardWrites(mayWrite)
  const write = kafka.producer.send({ topic: kafka.topics.notifications, key: null, value: Buffer.from('x') })
  closing.abort()
  // As services do: what is in flight is waited for, and then the group is left.
  await kafka.close(write.catch(() => {}).then(() => member.close()))
  return members()
}

test('an instance that stops leaves its group when its writes are answered, and stays until its session ends while one is not', async t => {
  const never = () => new Promise<void>(() => {})
  assert.deepEqual(await membersAfterStop(t, async () => {}), [])
  assert.deepEqual(await membersAfterStop(t, never), ['writer@store'])
})

// Several services ensure the same topics at the same moment, as they do when they start together.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { testBroker } from '#infra/testing/test-broker.ts'
import { createAdmin } from '../broker/admin.ts'

test('a topic exists when ensureTopics resolves, also when other clients create it at the same moment', async t => {
  const admins = Array.from({ length: 8 }, () => createAdmin(testBroker('kafka'), 'test'))
  const created = new Set<string>()
  t.after(async () => {
    await admins[0]?.deleteTopics([...created])
    await Promise.all(admins.map(admin => admin.close()))
  })
  for (let round = 0; round < 4; round++) {
    const shared = `test-${randomBytes(6).toString('hex')}`
    await Promise.all(
      admins.map(async (admin, at) => {
        const specs = [shared, `${shared}.${at}`].map(name => ({ name, partitions: 3 }))
        for (const { name } of specs) created.add(name)
        await admin.ensureTopics(specs, false)
        const ends = await admin.ends(specs)
        assert.deepEqual([...ends.values()], Array(2).fill([0n, 0n, 0n]))
      }),
    )
  }
})

test('deleting a missing topic is no error, and an invalid topic name is reported', async t => {
  const admin = createAdmin(testBroker('kafka'), 'test')
  t.after(() => admin.close())
  const name = `test-${randomBytes(6).toString('hex')}`
  await admin.deleteTopics([name])
  await assert.rejects(admin.ensureTopics([{ name: 'no/name', partitions: 1 }], false), /^Error: no\/name: .*invalid/i)
})

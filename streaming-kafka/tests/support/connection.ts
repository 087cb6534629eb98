// A service's connection to the test's broker, without the service: its topics are its own, exist when it resolves, and are removed
// with the group of that name when the test ends.
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { createHealth } from '#common/service/health.ts'
import { createOccupancy } from '#common/service/occupancy.ts'
import { createLog } from '#common/service/log.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { createAdmin } from '../../broker/admin.ts'
import { openConnection } from '../../messaging/connection.ts'
import { topicSpecs } from '../../messaging/topics.ts'

/** `closing` ends it, as a service is ended; `prefix` is before each of its names. */
export async function testConnection(t: TestContext, name: string) {
  const prefix = `test-${randomBytes(6).toString('hex')}.`
  const closing = new AbortController()
  const kafka = openConnection(name, {
    config: { KAFKA_BROKERS: testBroker('kafka'), PREFIX: prefix, TOPIC_FLUSH: 'off', GROUP_SETTINGS: 'quick' },
    log: createLog('test', 'silent'),
    health: createHealth(),
    occupancy: createOccupancy(),
    closing: closing.signal,
  })
  // Of its own, because the connection's may have been closed by then.
  const admin = createAdmin(testBroker('kafka'), 'test')
  t.after(async () => {
    closing.abort()
    await kafka.close(Promise.resolve())
    // A broker that has had no group yet has none that knows of any.
    await admin.deleteGroups((await admin.groups()).filter(group => group === kafka.name))
    await admin.deleteTopics(topicSpecs(prefix).map(({ name: topic }) => topic))
    await admin.close()
  })
  await kafka.ready()
  return { kafka, closing, prefix, admin }
}

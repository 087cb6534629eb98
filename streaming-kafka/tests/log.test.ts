// The log itself: how topics are made and removed, and what a service does with a log that is not the one it knew.
import { Admin, ConfigResourceTypes } from '@platformatic/kafka'
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { streamingKafka } from '../lab/model.ts'
import { call, placeMany } from './support/client.ts'
import { assertSound, startTestSystem, type TestSystem } from './support/test-system.ts'

/** The source of a setting that was made for the topic. */
const TOPIC_CONFIG = 1

function adminOf(t: TestContext, { brokers }: TestSystem): Admin {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [brokers] })
  t.after(() => admin.close())
  return admin
}

const removeAll = ({ runtime, brokers, prefix }: TestSystem) =>
  streamingKafka.remove({ url: runtime.url, broker: { kafka: brokers }, prefix })

test('topics keep everything, sync each append where that is asked for, and have their partitions', async t => {
  const flush = { TOPIC_FLUSH: 'on' }
  const names = streamingKafka.services.map(({ name }) => name)
  const stage = await startTestSystem(t, Object.fromEntries(names.map(name => [name, flush])))
  await stage.startAll()
  const admin = adminOf(t, stage)
  const partitions = { orders: 4, 'inventory-events': 4, notifications: 4, 'initial-stock': 1, 'dead-letters': 1 }
  const topics = Object.keys(partitions).map(name => stage.prefix + name)
  const metadata = await admin.metadata({ topics })
  const resources = topics.map(resourceName => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName }))
  const described = await admin.describeConfigs({ resources })
  for (const [name, count] of Object.entries(partitions)) {
    assert.equal(metadata.topics.get(stage.prefix + name)?.partitionsCount, count)
    const configs = described.find(({ resourceName }) => resourceName === stage.prefix + name)?.configs ?? []
    // Of the topic itself: another broker's defaults are not this one's.
    const own = configs.filter(({ configSource }) => configSource === TOPIC_CONFIG)
    const valueOf = (wanted: string) => own.find(config => config.name === wanted)?.value
    assert.deepEqual(
      ['retention.ms', 'retention.bytes', 'cleanup.policy', 'flush.messages'].map(valueOf),
      ['-1', '-1', 'delete', '1'],
      name,
    )
  }
})

test('what a prefix made is removed with it, groups of killed members too, and removing nothing is no error', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await stage.runtime.stop()
  const admin = adminOf(t, stage)
  const left = async () => {
    const names = [...(await admin.listTopics()), ...(await admin.listGroups()).keys()]
    return names.filter(name => name.startsWith(stage.prefix))
  }
  assert.ok((await left()).length >= 5)
  await removeAll(stage)
  assert.deepEqual(await left(), [])
  await removeAll(stage)
})

test('a store that has read further than the log goes is refused, and health says what to do', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await placeMany(stage.runtime.url('producer_order'), 20)
  await stage.quiet(20)
  // All of them: a member that lives would be in its group again before that is deleted.
  for (const { name } of streamingKafka.services) await stage.runtime.kill(name)
  await removeAll(stage)
  void stage.runtime.start('producer_order').catch(() => {}) // it never becomes healthy
  const refused = async () => {
    const view = await call(`${stage.runtime.url('producer_order')}/health`, 'GET').catch(() => undefined)
    return view?.status === 503 && /belongs to another log: set another DATA_DIR/.test(JSON.stringify(view.body))
  }
  await waitFor(refused, { deadlineMs: 60_000, what: 'producer_order to refuse its store' })
  const { status, body } = await call(`${stage.runtime.url('producer_order')}/order`, 'POST', {
    userId: 'ada',
    items: [{ sku: 'burger', quantity: 1 }],
  })
  assert.deepEqual([status, body.code], [503, 'unavailable'])
})

test('a group whose offsets were forgotten goes on where its store says', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await placeMany(base, 100)
  await stage.quiet(100)
  // One after the other: the stored position is the lowest unfinished offset of its moment.
  for (let index = 0; index < 40; index++) await placeMany(base, 1)
  await stage.quiet(140)
  await stage.runtime.kill('inventory_consumer')
  const admin = adminOf(t, stage)
  const groupId = `${stage.prefix}inventory_consumer`
  await admin.removeMembersFromConsumerGroup({ groupId })
  await admin.deleteGroups({ groups: [groupId] })
  await stage.runtime.start('inventory_consumer')
  await placeMany(base, 1)
  assertSound(await stage.quiet(141))
  const events = (await stage.link.operations['topic-records']({ topic: 'inventory-events' })) as unknown[]
  // Of the partitions that the 40 are not in, the stored position may be as old as the burst: of 281 at most 241.
  assert.ok(events.length < 260, `${events.length} results of 141 orders: all of the log was decided again`)
})

/** Deletes one topic while the service that keeps a position in it is down, and starts the service again. */
async function withoutTopic(stage: TestSystem, service: string, topic: string, admin: Admin): Promise<void> {
  await stage.runtime.kill(service)
  await admin.deleteTopics({ topics: [stage.prefix + topic] })
  const gone = async () => !(await admin.listTopics()).includes(stage.prefix + topic)
  await waitFor(gone, { deadlineMs: 60_000, what: `${topic} to be deleted` })
  void stage.runtime.start(service).catch(() => {}) // it never becomes healthy
  const refused = async () => {
    const view = await call(`${stage.runtime.url(service)}/health`, 'GET').catch(() => undefined)
    return /belongs to another log/.test(JSON.stringify(view?.body))
  }
  await waitFor(refused, { deadlineMs: 60_000, what: `${service} to refuse its store` })
}

test('inventory_consumer does not decide where its store has read orders that the log does not have', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  await placeMany(stage.runtime.url('producer_order'), 20)
  await stage.quiet(20)
  await placeMany(stage.runtime.url('producer_order'), 1, 'last')
  await stage.quiet(21)
  await withoutTopic(stage, 'inventory_consumer', 'orders', adminOf(t, stage))
})

test('notification_consumer sends nothing before it has read what was sent to its end', async t => {
  const stage = await startTestSystem(t)
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await placeMany(base, 20, 'ada')
  await stage.quiet(20)
  const records = () => stage.link.operations['topic-records']({ topic: 'notifications' }) as Promise<unknown[]>
  await withoutTopic(stage, 'notification_consumer', 'notifications', adminOf(t, stage))
  await placeMany(base, 20, 'bob')
  const decided = async () => (await stage.evidence()).decisions.length === 40
  await waitFor(decided, { deadlineMs: 60_000, what: '40 decisions' })
  const { body } = await call(`${stage.runtime.url('notification_consumer')}/health`, 'GET')
  assert.deepEqual(
    Object.keys(body.troubles as object).sort(),
    ['log', 'start'],
    'it works past what it could not read',
  )
  assert.deepEqual(await records(), [])
})

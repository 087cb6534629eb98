// How topics are created and removed, and how a service treats a log that is not the log of its store.
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '../broker/client.ts'
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { assertSound } from '#conformance/assert-sound.ts'
import { startSystem } from '#conformance/test-system.ts'
import { createAdmin } from '../broker/admin.ts'
import { streamingKafka } from '../lab/model.ts'
import { GROUPS, prefixed, TOPICS } from '../messaging/topics.ts'
import { call, type KafkaSystem, order, placeMany, PRODUCER, recordsOf } from './support/system.ts'

/** The source of a setting that belongs to the topic itself. */
const TOPIC_CONFIG = 1

/** They work on single records, and begin at the position in their store. */
const CONSUMERS = ['inventory_consumer', 'notification_consumer'] as const

function adminOf(t: TestContext, { deployment }: KafkaSystem): Admin {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [deployment.broker.kafka ?? ''] })
  t.after(() => admin.close())
  return admin
}

const removeAll = ({ deployment }: KafkaSystem) => streamingKafka.remove(deployment)

/** Writes orders to the log, for a test without producer_order. */
const publishMany = ({ inspector }: KafkaSystem, count: number) =>
  inspector.operations['publish-event']({
    orders: Array.from({ length: count }, (_, i) => ({ orderId: randomUUID(), ...order('ada', `kitchen-${i % 7}`) })),
  })

/** Until a service has committed every record of its topics. Its store has their positions then. */
const untilCommitted = (system: KafkaSystem, service: string) =>
  waitFor(
    async () => {
      const lags = Object.entries(await system.inspector.depths())
      return lags.every(([name, lag]) => lag === 0 || !name.startsWith(`${service}/`))
    },
    { deadlineMs: 60_000, what: `${service} to commit every record` },
  )

test('topics keep every record, sync each append if TOPIC_FLUSH is on, and have their number of partitions', async t => {
  const system = await startSystem(t, streamingKafka, {
    environments: { [PRODUCER]: { TOPIC_FLUSH: 'on' } },
    started: [PRODUCER],
  })
  const admin = adminOf(t, system)
  const single = { 'initial-stock': 1, 'dead-letters': 1, claims: 1 }
  const partitions = { orders: 4, 'inventory-events': 4, notifications: 4, ...single }
  const topics = Object.keys(partitions).map(name => system.deployment.prefix + name)
  const metadata = await admin.metadata({ topics })
  const resources = topics.map(resourceName => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName }))
  const described = await admin.describeConfigs({ resources })
  for (const [name, count] of Object.entries(partitions)) {
    assert.equal(metadata.topics.get(system.deployment.prefix + name)?.partitionsCount, count)
    const configs =
      described.find(({ resourceName }) => resourceName === system.deployment.prefix + name)?.configs ?? []
    // Only settings of the topic itself: the defaults differ between brokers.
    const own = configs.filter(({ configSource }) => configSource === TOPIC_CONFIG)
    const valueOf = (wanted: string) => own.find(config => config.name === wanted)?.value
    assert.deepEqual(
      ['retention.ms', 'retention.bytes', 'cleanup.policy', 'flush.messages'].map(valueOf),
      ['-1', '-1', 'delete', '1'],
      name,
    )
  }
  assert.deepEqual((await system.health('producer_order')).problems, {})
  await admin.incrementalAlterConfigs({
    resources: [
      change(`${system.deployment.prefix}orders`, 'retention.ms', '604800000'),
      change(`${system.deployment.prefix}notifications`, 'cleanup.policy', 'compact'),
    ],
  })
  await system.restart('producer_order')
  const { healthy, problems } = await system.health('producer_order')
  assert.equal(healthy, true)
  assert.match(
    problems['topic settings'] ?? '',
    /records of \S+orders \(retention.ms=604800000\), \S+notifications \(cleanup.policy=compact\): .+; set /,
  )
})

const change = (resourceName: string, name: string, value: string) => ({
  resourceType: ConfigResourceTypes.TOPIC,
  resourceName,
  configs: [{ name, value, configOperation: IncrementalAlterConfigOperationTypes.SET }],
})

test('partitions that are added to a topic are read, by services that run and by those that start later', async t => {
  const system = await startSystem(t, streamingKafka)
  const admin = adminOf(t, system)
  const names = ['orders', 'inventory-events', 'notifications'].map(name => system.deployment.prefix + name)
  await admin.createPartitions({ topics: names.map(name => ({ name, count: 8, assignments: null })) })
  const areLed = () =>
    recordsOf(system, 'notifications').then(
      () => true,
      () => false,
    )
  await waitFor(areLed, { deadlineMs: 60_000, what: 'leaders of the added partitions' })
  let placed = 0
  const isUsed = async () => {
    const answers = await placeMany(system.url('producer_order'), 20)
    placed += answers.filter(({ status }) => status === 202).length
    return (await recordsOf(system, 'notifications')).some(({ partition }) => partition >= 4)
  }
  await waitFor(isUsed, { deadlineMs: 60_000, everyMs: 500, what: 'notifications in an added partition' })
  assertSound(await system.untilQuiescent(placed))
  await system.kill()
  for (const { name } of streamingKafka.services) await system.wipe(name)
  await system.start()
  await placeMany(system.url('producer_order'), 20)
  assertSound(await system.untilQuiescent(placed + 20))
  await system.untilDepthsAreZero()
})

test('removing a prefix removes its topics and groups, also groups of killed members, and a second removal is no error', async t => {
  const system = await startSystem(t, streamingKafka, { started: Object.keys(GROUPS) })
  await system.runtime.stop()
  const admin = adminOf(t, system)
  const left = async () => {
    const names = [...(await admin.listTopics()), ...(await admin.listGroups()).keys()]
    return names.filter(name => name.startsWith(system.deployment.prefix))
  }
  assert.equal((await left()).length, Object.keys(TOPICS).length + Object.keys(GROUPS).length)
  await removeAll(system)
  assert.deepEqual(await left(), [])
  await removeAll(system)
})

test('a store that has read past the end of the log is refused, and health says how to fix it', async t => {
  const system = await startSystem(t, streamingKafka, { started: [PRODUCER] })
  await placeMany(system.url('producer_order'), 20)
  await system.until('20 orders', 60_000, ({ orders }) => orders.length === 20)
  await system.kill('producer_order')
  await removeAll(system)
  void system.start('producer_order').catch(() => {}) // it never becomes healthy
  const refused = async () => {
    const view = await call(`${system.url('producer_order')}/health`, 'GET').catch(() => undefined)
    return view?.status === 503 && /belongs to another log: set another DATA_DIR/.test(JSON.stringify(view.body))
  }
  await waitFor(refused, { deadlineMs: 60_000, what: 'producer_order to refuse its store' })
  const { status, body } = await call(`${system.url('producer_order')}/order`, 'POST', {
    userId: 'ada',
    items: [{ sku: 'burger', quantity: 1 }],
  })
  assert.deepEqual([status, body.code], [503, 'unavailable'])
})

/** Sets or removes the offsets of groups whose services are stopped, as a console consumer or a person may do. */
async function moveOffsets({ deployment }: KafkaSystem, to: 'ends' | 'starts' | 'nowhere'): Promise<void> {
  const admin = createAdmin(deployment.broker.kafka ?? '', 'test')
  try {
    for (const service of CONSUMERS) {
      const topics = (GROUPS[service] ?? []).map(key => prefixed(deployment.prefix, TOPICS[key]))
      await admin.deleteGroups([deployment.prefix + service])
      if (to !== 'nowhere') await admin.setOffsets(deployment.prefix + service, await admin[to](topics))
    }
  } finally {
    await admin.close()
  }
}

test('the position in the store counts whatever becomes of the offsets of the group: no order is skipped or handled again', async t => {
  const system = await startSystem(t, streamingKafka, { started: [PRODUCER, ...CONSUMERS] })
  const base = system.url('producer_order')
  await placeMany(base, 40)
  const poison = { topic: 'orders', key: 'kitchen-1', body: 'not an order' }
  await system.inspector.operations['publish-raw'](poison)
  let placed = 40
  for (const to of ['ends', 'nowhere', 'starts'] as const) {
    await system.untilQuiescent(placed)
    for (const service of CONSUMERS) await untilCommitted(system, service)
    await system.kill('notification_consumer')
    await placeMany(base, 10)
    await untilCommitted(system, 'inventory_consumer')
    await system.kill('inventory_consumer')
    await placeMany(base, 10)
    placed += 20
    await moveOffsets(system, to)
    await system.start(CONSUMERS)
  }
  assertSound(await system.untilQuiescent(placed))
  for (const service of CONSUMERS) assert.match(system.logOf(service), /the offsets of the group were moved/)
  assert.equal((await recordsOf(system, 'inventory-events')).length, placed)
  assert.equal((await recordsOf(system, 'dead-letters')).length, 1)
})

/** Deletes one topic while the service that keeps a position in it is down, and starts the service again. */
async function withoutTopic(system: KafkaSystem, service: string, topic: string, admin: Admin): Promise<void> {
  await system.kill(service)
  await admin.deleteTopics({ topics: [system.deployment.prefix + topic] })
  const gone = async () => !(await admin.listTopics()).includes(system.deployment.prefix + topic)
  await waitFor(gone, { deadlineMs: 60_000, what: `${topic} to be deleted` })
  void system.start(service).catch(() => {}) // it never becomes healthy
  const refused = async () => {
    const view = await call(`${system.url(service)}/health`, 'GET').catch(() => undefined)
    return /belongs to another log/.test(JSON.stringify(view?.body))
  }
  await waitFor(refused, { deadlineMs: 60_000, what: `${service} to refuse its store` })
}

test('inventory_consumer refuses a store that has read orders which are not in the log', async t => {
  const system = await startSystem(t, streamingKafka, { started: ['inventory_consumer'] })
  await publishMany(system, 20)
  await system.untilDecided(20)
  await untilCommitted(system, 'inventory_consumer')
  await withoutTopic(system, 'inventory_consumer', 'orders', adminOf(t, system))
})

test('notification_consumer sends nothing before it has read all sent notifications', async t => {
  const system = await startSystem(t, streamingKafka, { started: CONSUMERS })
  await publishMany(system, 20)
  await system.untilNotified(20)
  await withoutTopic(system, 'notification_consumer', 'notifications', adminOf(t, system))
  await publishMany(system, 20)
  const decided = async () => (await system.evidence()).decisions.length === 40
  await waitFor(decided, { deadlineMs: 60_000, what: '40 decisions' })
  const { body } = await call(`${system.url('notification_consumer')}/health`, 'GET')
  assert.deepEqual(Object.keys(body.problems as object).sort(), ['log', 'start'], 'it does more than wait for the log')
  assert.deepEqual(await recordsOf(system, 'notifications'), [])
})

test('a service without a store refuses a log whose initial stock was deleted', async t => {
  const system = await startSystem(t, streamingKafka, { started: ['inventory_consumer'] })
  await system.kill('inventory_consumer')
  await system.wipe('inventory_consumer')
  const name = `${system.deployment.prefix}initial-stock`
  await adminOf(t, system).deleteRecords({ topics: [{ name, partitions: [{ partition: 0, offset: 1n }] }] })
  system.launch('inventory_consumer')
  const refused = () => /the first record of \S+initial-stock was deleted/.test(system.logOf('inventory_consumer'))
  await waitFor(refused, { deadlineMs: 60_000, what: 'the refusal' })
  assert.equal((await system.health('inventory_consumer')).healthy, false)
})

// A Kafka of these tests' own, since it is killed: gone at the start, gone in the middle of the load, and there again.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { isQuiet, readEvidence } from '#engine/run/evidence.ts'
import { waitFor } from '#host/wait-for.ts'
import { provideBroker } from '#infra/brokers/provide.ts'
import { streamingKafka } from '../lab/model.ts'
import { type Answer, call, order, placeMany } from './support/client.ts'
import { NAME, restart, show, untilHealth } from './support/entry.ts'
import { assertSound, startTestSystem, type TestSystem } from './support/test-system.ts'

const NAMES = streamingKafka.services.map(({ name }) => name)

async function ownBroker(t: TestContext) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'streaming-kafka-broker-'))
  const environment = { ...process.env, LAB_KAFKA_BROKERS: undefined }
  const options = { dataFolder, progress: () => {}, signal: t.signal, environment }
  const { address, process: broker, stop } = await provideBroker('kafka', options)
  assert.ok(broker)
  return { address, broker, release: () => stop().finally(() => rmSync(dataFolder, { recursive: true, force: true })) }
}

const allAre = (stage: TestSystem, status: number) =>
  waitFor(
    async () => {
      const asked = NAMES.map(name => call(`${stage.runtime.url(name)}/health`, 'GET').catch(() => undefined))
      return (await Promise.all(asked)).every(answer => answer?.status === status)
    },
    { deadlineMs: 30_000, what: `every health to answer ${status}` },
  )

test('a broker that comes late, dies under load and comes back: health tells it, and no order is lost or doubled', async t => {
  const { address, broker, release } = await ownBroker(t)
  await broker.kill()
  const stage = await startTestSystem(t, {}, address)
  t.after(release) // after the stage has removed what it made
  const base = stage.runtime.url('producer_order')
  const starting = stage.startAll()
  starting.catch(() => {}) // awaited below
  await allAre(stage, 503)
  const early = await call(`${base}/order`, 'POST', order('ada', 'main'))
  assert.deepEqual([early.status, early.body.code], [503, 'unavailable'])
  for (const name of NAMES) {
    const log = readFileSync(join(stage.folder, 'logs', `${name}.log`), 'utf8')
    const pieces = [...log.matchAll(/"piece":"([^"]+)","problem"/g)].map(([, piece]) => piece)
    assert.equal(pieces.length, new Set(pieces).size, `${name} logged the same problem twice: ${log}`)
  }
  await broker.start()
  await starting

  const answers: Promise<Answer>[] = []
  const place = (count: number) => {
    for (let i = 0; i < count; i++) {
      const index = answers.length
      answers.push(call(`${base}/order`, 'POST', order(`user-${index}`, `kitchen-${index % 7}`), `key-${index}`))
    }
  }
  place(100)
  await Promise.all(answers)
  const killed = broker.kill()
  place(50)
  await killed
  await allAre(stage, 503)
  place(10)
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  assert.ok(statuses.slice(0, 100).every(status => status === 202))
  assert.ok(
    statuses.slice(100).every(status => [202, 503, 504].includes(status)),
    String(statuses.slice(100)),
  )
  assert.ok(
    statuses.slice(150).every(status => status === 503 || status === 504),
    String(statuses.slice(150)),
  )

  await broker.start()
  await allAre(stage, 200)
  const count = answers.length
  const again = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      call(`${base}/order`, 'POST', order(`user-${i}`, `kitchen-${i % 7}`), `key-${i}`),
    ),
  )
  for (const [index, { status }] of again.entries()) {
    const before = statuses[index]
    // Accepted before: it is known. Refused with 503: it never happened, so it is placed now.
    if (before === 202) assert.ok(status === 200 || status === 409, `order ${index} was lost: ${status}`)
    if (before === 503) assert.equal(status, 202, `order ${index} was refused with 503 and is there`)
  }
  const evidence = await stage.quiet(count)
  assert.equal(evidence.orders.length, count)
  assertSound(evidence)
})

test('an order that was told 504 keeps the end from being quiet until Kafka is back and the order is shown', async t => {
  const { address, broker, release } = await ownBroker(t)
  const stage = await startTestSystem(t, {}, address)
  t.after(release) // after the stage has removed what it made
  await stage.startAll()
  const base = stage.runtime.url('producer_order')
  await placeMany(base, 50, 'before')
  assert.equal((await stage.quiet(50)).onTheirWay, 0)

  await broker.kill()
  const answers = await placeMany(base, 50, 'unknown')
  const unknown = answers.filter(({ status }) => status === 504)
  assert.ok(unknown.length > 0, 'no client was told 504')
  assert.ok(answers.every(({ status }) => status === 503 || status === 504))
  // The services answer for themselves; the dead letters are the broker's.
  const away = await readEvidence(streamingKafka, stage.runtime, { ...stage.link, deadLetters: async () => [] })
  assert.equal(away.orders.length, 50)
  assert.equal(away.onTheirWay, unknown.length)
  assert.equal(isQuiet(away), false)
  assert.equal(isQuiet({ ...away, onTheirWay: 0 }), true, 'it was something else that was not quiet')

  await broker.start()
  const end = await waitFor(() => quietEvidence(stage), { deadlineMs: 30_000, what: 'all to be quiet again' })
  const shown = new Set(end.orders.map(({ orderId }) => orderId))
  for (const { body } of unknown)
    assert.ok(shown.has(String(body.orderId)), `${String(body.orderId)} came after the end`)
  assert.equal(shown.size, 50 + unknown.length)
  assertSound(end)
})

/** False while it is not quiet, and while the broker does not answer. */
const quietEvidence = (stage: TestSystem) =>
  stage.evidence().then(
    now => isQuiet(now) && now,
    () => false as const,
  )

const ids = (answers: Answer[]): string[] => answers.map(({ body }) => String(body.orderId))

test('with the outbox orders are taken while Kafka is away, across restarts; all reach it once, and nothing is lost or doubled', async t => {
  const { address, broker, release } = await ownBroker(t)
  const stage = await startTestSystem(t, { [NAME]: { OUTBOX: 'on' } }, address)
  t.after(release) // after the stage has removed what it made
  await stage.startAll()
  const base = stage.runtime.url(NAME)
  const answers = await placeMany(base, 50, 'before')
  await stage.quiet(50)

  const killed = broker.kill()
  answers.push(...(await placeMany(base, 50, 'dying')))
  await killed
  await untilHealth(stage, 503)
  answers.push(...(await placeMany(base, 50, 'away')))
  await restart(stage)
  assert.equal((await call(`${base}/health`, 'GET')).status, 503)
  answers.push(...(await placeMany(base, 50, 'restarted')))
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202])

  const [away] = ids(answers).slice(100)
  assert.equal((await show(stage, String(away))).body.status, 'pending')
  const again = await placeMany(base, 50, 'away')
  assert.deepEqual(ids(again), ids(answers).slice(100, 150))
  assert.deepEqual([...new Set(again.map(({ body }) => body.code))], ['order-undecided'])
  assert.equal((await call(`${base}/order`, 'POST', order('away', 'elsewhere'), 'away-0')).status, 422)

  await broker.start()
  await untilHealth(stage, 200)
  const evidence = await stage.quiet(200)
  assert.deepEqual(evidence.orders.map(({ orderId }) => orderId).sort(), ids(answers).toSorted())
  assertSound(evidence)
  const decided = await placeMany(base, 50, 'away')
  assert.deepEqual([...new Set(decided.map(({ status }) => status))], [200])
  await assertFirstsInOrder(stage)
})

/** Of each kitchen, the first record of each order is in the log in the order in which the orders were stored. */
async function assertFirstsInOrder(stage: TestSystem): Promise<void> {
  type Held = { key: string; body: string }
  const records = (await stage.link.operations['topic-records']({ topic: 'orders' })) as Held[]
  const kitchens = Map.groupBy(records, ({ key }) => key)
  const { orders } = await stage.evidence()
  for (const [kitchen, held] of kitchens) {
    const firsts = new Set(held.map(({ body }) => (JSON.parse(body) as { data: { orderId: string } }).data.orderId))
    const stored = orders.filter(({ kitchenId }) => kitchenId === kitchen).map(({ orderId }) => orderId)
    assert.deepEqual([...firsts], stored, kitchen)
  }
}

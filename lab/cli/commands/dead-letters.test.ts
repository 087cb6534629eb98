import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testBroker } from '#infra/testing/test-broker.ts'
import { orderPlaced } from '#common/contracts/events.ts'
import { getJson } from '#engine/run/http.ts'
import type { Model } from '#engine/experiment/model.ts'
import { waitFor } from '#host/wait-for.ts'
import { asyncRabbitmq } from '../../../async-rabbitmq/lab/model.ts'
import { streamingKafka } from '../../../streaming-kafka/lab/model.ts'
import { brokenBatch, writeRaw } from '../../../streaming-kafka/tests/support/raw-batches.ts'
import { leftovers, runCli, runCommandLines, startCli, testFolder } from '../../testing/cli.ts'
import { findUp } from '../../session/up.ts'

const orderId = 'order-from-a-dead-letter'
const order = { orderId, userId: 'ada', kitchenId: 'main', items: [{ sku: 'burger', quantity: 1 }] }
const event = orderPlaced(order, { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' })
// JSON allows these control characters as they are: one begins a command to the terminal, one turns the line round.
const controls = '\u009b31m\u202e'
const broken = JSON.stringify({ ...event, version: 9, orderId: `${orderId}${controls}` })
const shownBody = broken.replace(controls, String.raw`\u009b31m\u202e`)

type Case = {
  model: Model
  raw: Record<string, unknown>
  broker: NodeJS.ProcessEnv
  /** Writes what cannot be read, and resolves with the id of its dead letter. */
  unreadable?(prefix: string): Promise<string>
}
const cases: Case[] = [
  { model: asyncRabbitmq, raw: { body: broken }, broker: { LAB_RABBITMQ_URL: testBroker('rabbitmq') } },
  {
    model: streamingKafka,
    raw: { topic: 'orders', body: broken },
    broker: { LAB_KAFKA_BROKERS: testBroker('kafka') },
    async unreadable(prefix) {
      const first = await writeRaw(testBroker('kafka'), `${prefix}orders`, brokenBatch())
      return `${prefix}orders/0/${first}-${first + 1n}`
    },
  },
]

/** `lab dead-letters` with each of these, one after the other, in one process. The cache folder is the one of this process. */
const each = (...lines: string[][]) => runCommandLines(lines.map(line => ['dead-letters', ...line]))

function writtenTo(file: string, body: string): string {
  writeFileSync(file, body)
  return file
}

async function assertWithoutContent(id: string, file: string): Promise<void> {
  const [list, show, ...redrives] = await each(['list'], ['show', id], ['redrive', id], ['redrive', id, '--edit', file])
  assert.ok(list?.stdout.includes(id), list?.stdout)
  assert.match(String(show?.stdout), /^reason +malformed: the batch .* cannot be read.*\n(.*\n)*body +not kept$/m)
  assert.equal(redrives.length, 2)
  for (const { code, stderr } of redrives) {
    assert.deepEqual(
      [code, stderr],
      [2, `Nothing of "${id}" is kept, so only its producer can send it again; nothing was sent.\n`],
    )
  }
}

for (const { model, raw, broker, unreadable } of cases) {
  test(`a dead letter of ${model.name} is listed, shown, and redriven as edited while the model is up`, async t => {
    const folder = testFolder()
    t.after(folder.remove)
    const env = { ...broker, LAB_CACHE_DIR: folder.cache }
    const lab = startCli('main', ['up', model.name, '--free-ports'], env)
    t.after(() => lab.process.kill('SIGKILL'))
    await lab.untilPrinted('Ctrl-C ends it')
    process.env.LAB_CACHE_DIR = folder.cache
    t.after(() => delete process.env.LAB_CACHE_DIR)
    const record = findUp(model.name)
    assert.ok(record)
    const urlOf = (service: string) => new RegExp(`${service} (http\\S+)`).exec(lab.stdout())?.[1] ?? ''
    const inspector = await model.connect({ ...record, url: urlOf })
    t.after(() => inspector.close())
    await inspector.operations['publish-raw']?.(raw)
    const arrived = async () => (await inspector.deadLetters())[0]
    const letter = await waitFor(arrived, { deadlineMs: 20_000, what: 'the dead letter' })

    const lettersOf = (...args: string[]) => runCli('main', ['dead-letters', ...args], env)
    const [listed, shown, wrong] = await each(
      ['list'],
      ['show', letter.id, '--model', model.name],
      ['redrive', 'nothing-like-it'],
    )
    assert.ok(listed && shown && wrong)
    assert.equal(listed.code, 0, listed.stderr)
    assert.ok(listed.stdout.includes(letter.id) && listed.stdout.includes('unknown-event'), listed.stdout)
    assert.ok(shown.stdout.includes(shownBody), shown.stdout)
    for (const { stdout } of [listed, shown]) assert.doesNotMatch(stdout, /(?!\n)[\p{Cc}\p{Bidi_Control}]/u)
    assert.equal(wrong.code, 2)

    const fileOf = (name: string, body: string) => writtenTo(join(folder.path, name), body)
    const redrive = (file: string) => ['redrive', letter.id, '--edit', file]
    const unreadables = ['', ' \n', '{"id":', broken].map((body, nth) => fileOf(`unreadable-${nth}.json`, body))
    const attempts = await each(...unreadables.map(redrive), ['show', letter.id])
    const stillShown = attempts.pop()
    assert.equal(attempts.length, unreadables.length)
    for (const refused of attempts) {
      assert.equal(refused.code, 2, refused.stderr)
      assert.match(refused.stderr, /nothing was sent/)
    }
    assert.ok(stillShown?.stdout.includes(shownBody), 'it is still there')
    const file = fileOf('mended.json', JSON.stringify(event))
    const redriven = await lettersOf(...redrive(file))
    assert.equal(redriven.code, 0, redriven.stderr)
    const decided = async () =>
      JSON.stringify(await getJson(`${urlOf(model.evidence.inventory)}/inventory/decisions`)).includes(orderId)
    await waitFor(decided, { deadlineMs: 20_000, what: 'the order of the mended letter to be decided' })
    assert.equal((await lettersOf('list')).stdout, 'There are no dead letters.\n')

    const id = await unreadable?.(record.prefix)
    if (id !== undefined) {
      await waitFor(arrived, { deadlineMs: 20_000, what: 'the dead letter of what cannot be read' })
      await assertWithoutContent(id, file)
    }

    lab.process.kill('SIGINT')
    assert.equal(await lab.ended, 0)
    assert.deepEqual(leftovers(folder), [])
  })
}

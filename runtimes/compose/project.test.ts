import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { models } from '../../lab/session/registry.ts'
import { findCompose, overlayOf } from './project.ts'

type Service = { environment?: Record<string, string>; restart: string; volumes?: string[] }

function overlay(name: string, environment: Record<string, Record<string, string>> = {}): Record<string, Service> {
  const model = models.find(each => each.name === name)
  assert.ok(model)
  const broker = { rabbitmq: 'amqp://lab:secret@rabbitmq:5672/', kafka: 'kafka:19092' }
  const inside = { url: (service: string) => `http://${service}:1`, broker, prefix: 'p.' }
  return overlayOf({ model, inside, environment }).services as Record<string, Service>
}

test('every service and broker is in it, and none is started again by the engine', () => {
  const services = overlay('async-rabbitmq')
  assert.deepEqual(Object.keys(services), ['order_service', 'inventory_service', 'notification_service', 'rabbitmq'])
  for (const { restart } of Object.values(services)) assert.equal(restart, 'no')
})

test('a service has the environment of its model in the network of the containers, with faults on', () => {
  const { producer_order: producer } = overlay('streaming-kafka')
  assert.deepEqual(producer?.environment, { LAB_FAULTS: 'on', KAFKA_BROKERS: 'kafka:19092', PREFIX: 'p.' })
  assert.equal(overlay('sync-rest').order_service?.environment?.INVENTORY_URL, 'http://inventory_service:1')
})

test('the environment of a variant comes last, and a dollar in it is none of compose', () => {
  const { order_service: service } = overlay('sync-rest', {
    order_service: { INVENTORY_URL: 'http://x', CONCURRENCY: '$5' },
  })
  assert.deepEqual([service?.environment?.INVENTORY_URL, service?.environment?.CONCURRENCY], ['http://x', '$$5'])
})

test('metrics are not written into the checkout', () => {
  assert.deepEqual(overlay('streaming-kafka').analytics_consumer?.volumes, ['analytics_consumer:/metrics'])
})

/** A PATH with these commands, each the text of a shell script, and no others. */
function machine(t: TestContext, commands: Record<string, string>): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'find-compose-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return { PATH: folder }
}

const ENGINE = 'if [ "$1" = version ]; then echo 20.10; else'

test('the plugin comes before docker-compose, and LAB_COMPOSE turns it round', async t => {
  const both = machine(t, { docker: `${ENGINE} echo 2.26.1; fi`, 'docker-compose': 'echo 1.29.2' })
  const { command, args, version, engine } = await findCompose(both)
  assert.deepEqual([command, args, version, engine], ['docker', ['compose'], '2.26.1', '20.10'])
  assert.equal((await findCompose({ ...both, LAB_COMPOSE: 'docker-compose' })).version, '1.29.2')
})

test('docker-compose serves where there is no plugin', async t => {
  const old = machine(t, { docker: `${ENGINE} exit 1; fi`, 'docker-compose': 'echo 1.29.2' })
  assert.equal((await findCompose(old)).command, 'docker-compose')
})

const refusals: [string, Record<string, string>, NodeJS.ProcessEnv, RegExp][] = [
  ['no Docker', {}, {}, /needs? Docker, which is missing: install it, or do without containers\.$/],
  [
    'an engine that is down',
    { docker: 'echo is it running; exit 1' },
    {},
    /none answers \(.*is it running\): start it/,
  ],
  ['no compose', { docker: `${ENGINE} exit 1; fi` }, {}, /^Compose is missing: install the compose plugin/],
  ['a compose that is not there', { docker: `${ENGINE} exit 1; fi` }, { LAB_COMPOSE: 'docker compose' }, /unset LAB_/],
  [
    'an unknown compose',
    { docker: `${ENGINE} exit 1; fi` },
    { LAB_COMPOSE: 'podman' },
    /^LAB_COMPOSE is "podman": set/,
  ],
]

for (const [what, commands, environment, sentence] of refusals) {
  test(`${what} is refused in one sentence with how to fix it`, async t => {
    await assert.rejects(findCompose({ ...machine(t, commands), ...environment }), { message: sentence })
  })
}

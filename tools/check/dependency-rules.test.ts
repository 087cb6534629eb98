import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { forbiddenImports } from './dependency-rules.ts'
import { readTextFiles } from './files.ts'
import { importsOf } from './imports.ts'

/** Whether a file may import another one. */
const may = (file: string, target: string): boolean => forbiddenImports({ [file]: [target] }).length === 0

const LAYERS = ['contracts', 'workflow', 'stores', 'service', 'messaging', 'faults'].map(name => `common/${name}`)
const SERVICE = 'sync-rest/order_service/main.ts'

test('a layer of common imports those below it, and none above it', () => {
  for (const [from, folder] of LAYERS.entries())
    for (const [to, target] of LAYERS.entries())
      assert.equal(may(`${folder}/a.ts`, `${target}/b.ts`), to <= from, `${folder} to ${target}`)
})

test('a service imports nothing that measures it, not even a type', () => {
  for (const room of [
    'engine/run',
    'host',
    'infra/brokers',
    'runtimes',
    'conformance',
    'lab/cli',
    'tools',
    'sync-rest/lab',
    'sync-rest/tests',
  ])
    assert.equal(may(SERVICE, `${room}/a.ts`), false, room)
  assert.deepEqual(importsOf(SERVICE, "import type { Run } from '#engine/run/run.ts'"), ['engine/run/run.ts'])
  for (const room of [...LAYERS, 'sync-rest/http-client']) assert.equal(may(SERVICE, `${room}/a.ts`), true, room)
})

test('common imports no model and nothing that measures', () => {
  for (const room of ['sync-rest/order_service', 'engine/run', 'host', 'lab/cli'])
    assert.equal(may('common/faults/a.ts', `${room}/b.ts`), false, room)
})

test('the engine knows contracts and host alone', () => {
  assert.equal(may('engine/run/a.ts', 'common/contracts/b.ts'), true)
  assert.equal(may('engine/run/a.ts', 'host/b.ts'), true)
  for (const room of ['common/workflow', 'common/service', 'infra', 'runtimes', 'lab/cli', 'sync-rest/lab'])
    assert.equal(may('engine/run/a.ts', `${room}/b.ts`), false, room)
})

test('the second judge imports its own files alone, and the engine does not know it', () => {
  const judge = 'engine/second-judge/made-up.ts'
  for (const room of ['engine/checks', 'engine/analysis', 'engine/run', 'engine/load', 'common/contracts', 'host'])
    assert.equal(may(judge, `${room}/a.ts`), false, room)
  assert.deepEqual(
    forbiddenImports({ [judge]: importsOf(judge, "import type { History } from '../run/history.ts'") }),
    ['engine/second-judge/made-up.ts imports engine/run/history.ts: engine/second-judge may not import engine.'],
  )
  assert.equal(may(judge, 'engine/second-judge/b.ts'), true)
  assert.equal(may('engine/checks/a.ts', judge), false)
  assert.equal(may('engine/second-judge/agreement.test.ts', 'engine/checks/a.ts'), true)
  assert.equal(may('lab/cli/a.ts', judge), true)
})

test('infra and host are below the engine', () => {
  assert.equal(may('infra/brokers/a.ts', 'host/b.ts'), true)
  assert.equal(may('infra/brokers/a.ts', 'engine/run/b.ts'), false)
  assert.equal(may('host/a.ts', 'infra/brokers/b.ts'), false)
})

test('what the engine needs of a model imports the engine, and the lab imports it', () => {
  assert.equal(may('sync-rest/lab/model.ts', 'engine/experiment/model.ts'), true)
  assert.equal(may('lab/session/registry.ts', 'sync-rest/lab/model.ts'), true)
  assert.equal(may('sync-rest/lab/model.ts', 'lab/session/registry.ts'), false)
})

test('a model never imports another model, not even in its tests', () => {
  assert.equal(may(SERVICE, 'async-rabbitmq/order_service/a.ts'), false)
  assert.equal(may('sync-rest/tests/a.test.ts', 'streaming-kafka/lab/model.ts'), false)
})

test('tests may import rooms above them, and only tests import fixtures', () => {
  assert.equal(may('common/stores/a.test.ts', 'infra/testing/b.ts'), true)
  assert.equal(may('common/stores/a.ts', 'common/testing/b.ts'), false)
  assert.equal(may('sync-rest/tests/a.test.ts', 'sync-rest/tests/support/b.ts'), true)
  assert.equal(may('sync-rest/lab/a.ts', 'sync-rest/tests/support/b.ts'), false)
})

test('the client of a broker is imported in its one home, in tests and in infra', () => {
  assert.equal(may('async-rabbitmq/broker/connect.ts', 'rabbitmq-client'), true)
  assert.equal(may('async-rabbitmq/messaging/topology.ts', 'rabbitmq-client'), false)
  assert.equal(may('async-rabbitmq/messaging/topology.ts', 'rabbitmq-client/lib/codec.js'), false)
  assert.equal(may('streaming-kafka/broker/client.ts', '@platformatic/kafka'), true)
  assert.equal(may('streaming-kafka/broker/producer.ts', '@platformatic/kafka'), false)
  assert.equal(may('streaming-kafka/messaging/topics.ts', '@platformatic/kafka'), false)
  assert.equal(may('streaming-kafka/tests/a.test.ts', '@platformatic/kafka'), true)
  assert.equal(may('infra/brokers/a.ts', 'rabbitmq-client'), true)
})

test('a complaint names the file, what it imports and both rooms', () => {
  assert.deepEqual(forbiddenImports({ 'common/stores/a.ts': ['node:fs', 'common/service/log.ts'] }), [
    'common/stores/a.ts imports common/service/log.ts: common/stores may not import common/service.',
  ])
})

test('code outside of the rooms is refused, as a file and as a target', () => {
  assert.equal(may('scripts/a.ts', 'node:fs'), false)
  assert.equal(may('common/a.ts', 'node:fs'), false)
  assert.equal(may('lab/cli/a.ts', 'scripts/b.ts'), false)
})

test('two files that import each other, one of them only a type, are a cycle for the linter', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cycle-'))
  try {
    writeFileSync(join(folder, 'a.ts'), "import { b } from './b.ts'\nexport type A = number\nexport const a: A = b\n")
    const cyclic = "import type { A } from './a.ts'\nexport const b: A = 1\n"
    for (const [text, code] of [
      [cyclic, 1],
      ['export const b = 1\n', 0],
    ] as const) {
      writeFileSync(join(folder, 'b.ts'), text)
      const { status, stdout } = spawnSync('node_modules/.bin/oxlint', ['-c', '.oxlintrc.json', folder], {
        encoding: 'utf8',
      })
      assert.equal(status, code, stdout)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the real tree keeps the rules', () => {
  const files = readTextFiles(process.cwd()).filter(({ path }) => path.endsWith('.ts'))
  const imports = Object.fromEntries(files.map(({ path, text }) => [path, importsOf(path, text)]))
  assert.ok(
    imports['tools/check/dependency-rules.test.ts']?.includes('tools/check/dependency-rules.ts'),
    'the tree was read',
  )
  assert.deepEqual(forbiddenImports(imports), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { againstTheArrows } from './arrows.ts'
import { readTextFiles } from './files.ts'
import { importsOf } from './imports.ts'

const ROW = ['contracts', 'workflow', 'stores', 'kit', 'faults', 'experiment', 'conformance'].map(f => `common/${f}`)
const MODELS = ['sync-rest', 'async-rabbitmq', 'streaming-kafka']

const complaints = (file: string, target: string): number => againstTheArrows({ [file]: [target] }).length

test('every folder may import itself and each folder to its left, and none to its right', () => {
  const row = [...ROW, 'sync-rest', 'lab']
  for (const [from, folder] of row.entries()) {
    for (const [to, target] of row.entries()) {
      assert.equal(complaints(`${folder}/a.ts`, `${target}/b.ts`), to > from ? 1 : 0, `${folder} to ${target}`)
    }
  }
})

test('a complaint names the file, what it imports and both folders', () => {
  assert.deepEqual(againstTheArrows({ 'common/stores/a.ts': ['node:fs', 'common/kit/log.ts'] }), [
    'common/stores/a.ts imports common/kit/log.ts: the arrows do not lead from common/stores to common/kit.',
  ])
})

test('a model never imports another model, in its tests neither', () => {
  for (const from of MODELS) {
    for (const to of MODELS.filter(model => model !== from)) {
      assert.equal(complaints(`${from}/model.ts`, `${to}/model.ts`), 1)
      assert.equal(complaints(`${from}/tests/a.test.ts`, `${to}/model.ts`), 1)
    }
  }
})

test('infra imports the kit and itself alone', () => {
  for (const folder of [...ROW, ...MODELS, 'lab', 'infra']) {
    const allowed = folder === 'common/kit' || folder === 'infra'
    assert.equal(complaints('infra/brokers/a.ts', `${folder}/b.ts`), allowed ? 0 : 1, folder)
  }
})

test('infra is imported by the lab alone', () => {
  for (const folder of [...ROW, ...MODELS]) assert.equal(complaints(`${folder}/a.ts`, 'infra/a.ts'), 1, folder)
  assert.equal(complaints('lab/a.ts', 'infra/a.ts'), 0)
})

test('tests in common and in the tests folder of a model may use infra and the conformance suite', () => {
  for (const target of ['infra/brokers/a.ts', 'common/conformance/a.ts']) {
    assert.equal(complaints('common/kit/a.test.ts', target), 0)
    assert.equal(complaints('sync-rest/tests/a.test.ts', target), 0)
  }
  assert.equal(complaints('sync-rest/order_service/a.test.ts', 'infra/brokers/a.ts'), 1)
  assert.equal(complaints('sync-rest/tests/a.experiment.ts', 'infra/brokers/a.ts'), 1)
  assert.equal(complaints('common/kit/a.test.ts', 'common/experiment/a.ts'), 1)
})

test('the client of a broker is imported in its one home, in tests and in infra', () => {
  assert.equal(complaints('async-rabbitmq/broker.ts', 'rabbitmq-client'), 0)
  assert.equal(complaints('async-rabbitmq/broker/connect.ts', 'rabbitmq-client'), 0)
  assert.equal(complaints('async-rabbitmq/topology.ts', 'rabbitmq-client'), 1)
  assert.equal(complaints('streaming-kafka/broker.ts', 'rabbitmq-client'), 1)
  assert.equal(complaints('async-rabbitmq/topology.ts', 'rabbitmq-client/lib/codec.js'), 1)
  assert.equal(complaints('streaming-kafka/broker.ts', '@platformatic/kafka'), 0)
  assert.equal(complaints('streaming-kafka/broker/producer.ts', '@platformatic/kafka'), 0)
  assert.equal(complaints('streaming-kafka/topics.ts', '@platformatic/kafka'), 1)
  assert.equal(complaints('lab/main.ts', '@platformatic/kafka'), 1)
  assert.equal(complaints('streaming-kafka/tests/a.test.ts', '@platformatic/kafka'), 0)
  assert.equal(complaints('infra/brokers/a.ts', 'rabbitmq-client'), 0)
})

test('code outside of the named folders is refused, as a file and as a target', () => {
  assert.equal(complaints('scripts/a.ts', 'node:fs'), 1)
  assert.equal(complaints('common/a.ts', 'node:fs'), 1)
  assert.equal(complaints('lab/a.ts', 'scripts/b.ts'), 1)
})

test('the real tree goes with the arrows', () => {
  const files = readTextFiles(process.cwd()).filter(({ path }) => path.endsWith('.ts'))
  const imports = Object.fromEntries(files.map(({ path, text }) => [path, importsOf(path, text)]))
  assert.ok(imports['lab/check/arrows.test.ts']?.includes('lab/check/arrows.ts'), 'the tree was read')
  assert.deepEqual(againstTheArrows(imports), [])
})

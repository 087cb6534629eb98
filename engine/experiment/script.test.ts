import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from '#common/contracts/parse.ts'
import type { ComparableModel } from './comparison-adapter.ts'
import { asyncRabbitmq } from '../../async-rabbitmq/lab/model.ts'
import { streamingKafka } from '../../streaming-kafka/lab/model.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { actionOf, configurationOf, mayAnswerOf, nameOf, scriptedExperiment, startsOf } from './script.ts'
import { sampleInspector, sampleRuntime } from '../testing/sample-runtime.ts'
import { randomScript } from './random-script.ts'
import { Script, type ScriptStep } from './script-format.ts'

const script = (steps: ScriptStep[], seconds = 2, configurations = {}): Script => ({
  format: 1,
  seed: 1,
  seconds,
  configurations,
  steps,
})

test('orders start evenly at each rate until the next one, a burst at once, and none after the end', () => {
  const starts = startsOf(
    script([
      { atMs: 0, action: 'rate', ordersPerSecond: 4 },
      { atMs: 500, action: 'burst', orders: 3 },
      { atMs: 1_000, action: 'rate', ordersPerSecond: 0 },
      { atMs: 1_500, action: 'rate', ordersPerSecond: 2 },
      { atMs: 3_000, action: 'burst', orders: 9 },
    ]),
  )
  assert.deepEqual(starts, [0, 250, 500, 500, 500, 500, 750, 1_500])
})

test('a role is the service or broker of each model, and a step on what a model lacks is left out of it', () => {
  const names = [syncRest, asyncRabbitmq, streamingKafka].map(model => [
    nameOf(model, 'inventory'),
    nameOf(model, 'broker'),
  ])
  assert.deepEqual(names, [
    ['inventory_service', undefined],
    ['inventory_service', 'rabbitmq'],
    ['inventory_consumer', 'kafka'],
  ])
  const steps: ScriptStep[] = [
    { atMs: 0, action: 'rate', ordersPerSecond: 10 },
    { atMs: 100, action: 'kill', target: 'broker' },
    { atMs: 200, action: 'start', target: 'broker' },
    { atMs: 250, action: 'alarm', target: 'broker' },
    { atMs: 300, action: 'redrive', reason: 'malformed', rate: 50, limit: 10 },
  ]
  const timelineOf = (model: ComparableModel) =>
    scriptedExperiment(model, script(steps))
      .variants({})
      .flatMap(({ timeline = [] }) => timeline.map(({ at, action, target }) => [at, action, target]))
  assert.deepEqual(timelineOf(syncRest), [])
  assert.deepEqual(timelineOf(asyncRabbitmq), [
    [100, 'kill', 'rabbitmq'],
    [200, 'start', 'rabbitmq'],
    [250, 'alarm', 'rabbitmq'],
    [300, 'redrive', 'broker'],
  ])
  assert.ok(!timelineOf(streamingKafka).some(([, action]) => action === 'alarm'))
})

test('each poison of a script is another one', async () => {
  const sent: unknown[] = []
  const inspector = sampleInspector({ 'publish-raw': async ({ messageId }) => void sent.push(messageId) })
  const context = { inspector, runtime: sampleRuntime(), planned: [], recordInjections: async () => {}, addRaw() {} }
  for (const nth of [0, 1]) await actionOf(asyncRabbitmq, { action: 'poison' }, nth)?.run(context)
  assert.equal(new Set(sent).size, 2)
})

test('a configuration that there is not is refused with those that there are', () => {
  assert.throws(() => configurationOf(syncRest, { configurations: { 'sync-rest': 'with wings' } }), {
    name: 'RangeError',
    message: 'sync-rest has no configuration "with wings"; it has: as it stands, with an outbox.',
  })
  assert.equal(configurationOf(syncRest, { configurations: {} }).name, 'as it stands')
})

test('what is broken excuses what it can cause: a dead inventory no request of a model with a broker', () => {
  const targetsOf = (model: ComparableModel) =>
    mayAnswerOf(model, model.comparison.configurations[0]).duringFault?.map(({ target }) => target)
  assert.ok(targetsOf(syncRest)?.includes('inventory_service'))
  assert.deepEqual(new Set(targetsOf(asyncRabbitmq)), new Set(['order_service']))
})

test('a script by chance is the same for a seed, and ends each disruption before the next one begins', () => {
  assert.deepEqual(randomScript(7), randomScript(7))
  assert.notDeepEqual(randomScript(7), randomScript(8))
  for (let seed = 0; seed < 100; seed++) {
    const { steps, ...rest } = parse(Script, randomScript(seed)) as Script
    assert.ok(steps.every(({ atMs }) => atMs <= rest.seconds * 1_000))
    assert.deepEqual(
      steps.map(({ atMs }) => atMs),
      steps.map(({ atMs }) => atMs).sort((one, other) => one - other),
    )
  }
})

test('a script with an unknown action, target or field, or of another format, is refused', () => {
  const good = script([{ atMs: 0, action: 'rate', ordersPerSecond: 1 }])
  assert.deepEqual(parse(Script, structuredClone(good)), good)
  const steps: unknown[] = [
    { atMs: 0, action: 'explode' },
    { atMs: 0, action: 'kill', target: 'moon' },
    { atMs: 0, action: 'rate', ordersPerSecond: 1e9 },
    { atMs: -1, action: 'poison' },
    { atMs: 0, action: 'poison', more: 1 },
  ]
  for (const step of steps) assert.throws(() => parse(Script, { ...good, steps: [step] }), { code: 'malformed' })
  assert.throws(() => parse(Script, { ...good, format: 2 }), { code: 'malformed' })
})

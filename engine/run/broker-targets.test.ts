import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BrokerControl, withBrokers } from './broker-targets.ts'
import { model, sampleRuntime } from '../testing/sample-runtime.ts'
import type { Opening, Runtime } from '../experiment/runtime.ts'

const opening: Opening = {
  model: { ...model, brokers: ['kafka', 'rabbitmq'] },
  prefix: '',
  logFolder: '',
  environment: {},
  supervised: [],
  signal: new AbortController().signal,
}

/** A runtime of a model with two brokers, of which the lab started one; and what was done, in order. */
async function opened(own: Partial<Runtime> = {}, hasAlarm = false) {
  const done: string[] = []
  const note = (control: string) => async (name?: string) => void done.push([control, name ?? 'kafka'].join(' '))
  const controls = { kill: note('kill'), start: note('start'), pause: note('pause'), resume: note('resume') }
  const alarm = async (isOn: boolean) => void done.push(isOn ? 'alarm' : 'no alarm')
  const services = { ...sampleRuntime(), ...controls, stop: async () => void done.push('stop'), ...own }
  const deployment = { url: () => '', broker: {}, prefix: '' }
  const open = withBrokers(async () => ({ runtime: services, deployment }), {
    kafka: { ...controls, pids: [2, 3], ...(hasAlarm && { alarm }) } satisfies BrokerControl,
  })
  return { runtime: (await open(opening)).runtime, done }
}

test('a broker takes the steps of a service, and services still take theirs', async () => {
  const { runtime, done } = await opened()
  await runtime.kill('kafka')
  assert.equal(runtime.running('kafka'), false)
  await runtime.start('kafka')
  assert.equal(runtime.running('kafka'), true)
  await runtime.pause('kafka')
  await runtime.resume('kafka')
  await runtime.kill('inventory_service')
  assert.deepEqual(done, ['kill kafka', 'start kafka', 'pause kafka', 'resume kafka', 'kill inventory_service'])
})

test('a broker that a variant left dead or hanging serves again after its end', async () => {
  const { runtime, done } = await opened()
  await runtime.kill('kafka')
  await runtime.stop()
  assert.deepEqual(done, ['kill kafka', 'stop', 'start kafka'])
  await runtime.pause('kafka')
  await runtime.stop()
  assert.deepEqual(done.slice(3), ['pause kafka', 'stop', 'resume kafka'])
})

test('a broker serves again also when the services could not be ended', async () => {
  const { runtime, done } = await opened({ stop: () => Promise.reject(new Error('they stay')) })
  await runtime.kill('kafka')
  await assert.rejects(runtime.stop(), /they stay/)
  assert.deepEqual(done, ['kill kafka', 'start kafka'])
})

test('a broker is full until it is resumed, until the end of the variant, or until it is killed; one without an alarm says so', async () => {
  const { runtime, done } = await opened({}, true)
  await runtime.alarm('kafka')
  await runtime.resume('kafka')
  await runtime.alarm('kafka')
  await runtime.stop()
  assert.deepEqual(done, ['alarm', 'no alarm', 'alarm', 'stop', 'no alarm'])
  await runtime.alarm('kafka')
  await runtime.kill('kafka')
  await runtime.start('kafka')
  await runtime.stop()
  assert.deepEqual(done.slice(5), ['alarm', 'kill kafka', 'start kafka', 'stop'])
  await assert.rejects((await opened()).runtime.alarm('kafka'), /^Error: kafka has no memory alarm/)
  await runtime.kill('kafka')
  await assert.rejects(runtime.alarm('kafka'), /^Error: kafka is not running/)
})

test('a broker that is full and hangs is put right in both', async () => {
  const { runtime, done } = await opened({}, true)
  await runtime.alarm('kafka')
  await runtime.pause('kafka')
  await runtime.resume('kafka')
  assert.deepEqual(done, ['alarm', 'pause kafka', 'resume kafka', 'no alarm'])
})

test("a broker that is not the lab's own is left alone, and the error says so", async () => {
  const { runtime } = await opened()
  await assert.rejects(runtime.kill('rabbitmq'), /^Error: rabbitmq is not the lab's own/)
})

test("the processes of the lab's own brokers are reported beside those of the services; other brokers have none", async () => {
  const service = { name: 'inventory_service', kind: 'service', pids: [1] } as const
  const { runtime } = await opened({ host: { dataFolder: '/data', processes: () => [service] } })
  assert.equal(runtime.host?.dataFolder, '/data')
  assert.deepEqual(runtime.host.processes(), [
    service,
    { name: 'kafka', kind: 'broker', pids: [2, 3] },
    { name: 'rabbitmq', kind: 'broker', pids: [] },
  ])
  assert.equal((await opened()).runtime.host, undefined, 'a runtime that knows no processes gains none')
})

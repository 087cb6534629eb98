import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabError } from '../contracts/errors.ts'
import { ConfigError, type Environment } from '../service/config.ts'
import { delay } from './delay.ts'
import { error } from './error.ts'
import { garbage } from './garbage.ts'
import { kill } from './kill.ts'
import { testContext } from '../testing/context.ts'
import { createFaultInjector } from './fault-injector.ts'
import { throttle } from './throttle.ts'

const board = (environment: Environment) =>
  createFaultInjector({
    role: 'INVENTORY',
    environment,
    faults: [delay, error, throttle, garbage, kill],
    crashPoints: ['commit-ack', 'publish-ack'],
  })
const handler = async (input: unknown) => input
const ON = { LAB_FAULTS: 'on' }

test('with faults off the handler is not wrapped, and crash points do nothing', () => {
  for (const environment of [{}, { LAB_FAULTS: 'off' }, { LAB_FAULTS: '' }]) {
    const injector = board(environment)
    assert.equal(injector.on, false)
    assert.equal(injector.wrap(handler), handler)
    injector.crashPoint('commit-ack')()
  }
})

const VARIABLES = {
  DELAY_MS: '50',
  ERROR: 'on',
  THROTTLE_PER_SECOND: '500',
  GARBAGE: 'on',
  KILL_ON_USER: 'ada',
  CRASH_AT: 'commit-ack:2',
}

test('a fault variable without LAB_FAULTS=on refuses to start and names the variable', () => {
  for (const [variable, value] of Object.entries(VARIABLES)) {
    const environment = { [`INVENTORY_${variable}`]: value }
    const refusal = (thrown: unknown) =>
      thrown instanceof ConfigError && thrown.message.includes(`INVENTORY_${variable}`)
    assert.throws(() => board(environment), refusal, variable)
    assert.ok(board({ ...ON, ...environment }).on)
  }
})

test('a variable switches its fault on from the start, and that of another role does nothing', () => {
  const view = board({ ...ON, INVENTORY_DELAY_MS: '50', INVENTORY_CRASH_AT: 'publish-ack', ORDER_ERROR: 'on' }).view()
  assert.deepEqual(view.delay, { setting: { delayMs: 50 }, injections: 0 })
  assert.deepEqual(view.crash, { setting: { point: 'publish-ack', after: 1 }, injections: 0 })
  assert.equal(view.error?.setting, null)
})

test('a wrong value is one sentence that names the variable and its value', () => {
  const wrong = {
    LAB_FAULTS: ['yes', 'ON'],
    INVENTORY_DELAY_MS: ['soon', '-1', '1.5', '0'],
    INVENTORY_ERROR: ['often', '0'],
    INVENTORY_THROTTLE_PER_SECOND: ['0', '-5', 'slow'],
    INVENTORY_CRASH_AT: ['nowhere', 'commit-ack:0', 'commit-ack:x'],
  }
  for (const [variable, values] of Object.entries(wrong))
    for (const value of values) {
      const refusal = (thrown: unknown) =>
        thrown instanceof ConfigError && thrown.message.includes(variable) && thrown.message.includes(`"${value}"`)
      assert.throws(() => board({ ...ON, [variable]: value }), refusal, `${variable}=${value}`)
    }
})

test('faults are switched while the handler runs, and null or clear switches them off', async () => {
  const injector = board(ON)
  const wrapped = injector.wrap(handler)
  await wrapped('a', testContext())
  injector.set({ error: {} })
  await assert.rejects(wrapped('a', testContext()), LabError)
  injector.set({ error: null })
  assert.equal(await wrapped('a', testContext()), 'a')
  injector.set({ error: {}, delay: { delayMs: 1 } })
  injector.clear()
  assert.equal(await wrapped('a', testContext()), 'a')
  assert.deepEqual(injector.view().error, { setting: null, injections: 1 })
})

test('a wrong setting is malformed and switches nothing, also when others in the request are right', () => {
  const injector = board(ON)
  const wrong = [
    { vanish: {} },
    { delay: 5 },
    { delay: { delayMs: '5' } },
    { error: { times: 0 } },
    { crash: { point: 'x', after: 1 } },
  ]
  for (const settings of wrong) {
    assert.throws(
      () => injector.set({ throttle: { perSecond: 5 }, ...settings }),
      (thrown: unknown) => thrown instanceof LabError && thrown.code === 'malformed',
      JSON.stringify(settings),
    )
    assert.equal(injector.view().throttle?.setting, null)
  }
})

test('a crash point that the service did not declare is refused where it is composed', () => {
  assert.throws(() => board({}).crashPoint('elsewhere'), /there is no crash point "elsewhere"/)
})

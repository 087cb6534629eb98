import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { LabError } from '../contracts/errors.ts'
import { ConfigError, type Environment } from '../service/config.ts'
import { createHealth } from '../service/health.ts'
import { createOccupancy } from '../service/occupancy.ts'
import { createServer } from '../service/http-server.ts'
import { createLog } from '../service/log.ts'
import { testContext } from '../testing/context.ts'
import { createFaultInjector, faultRoutes, type FaultInjector } from './fault-injector.ts'
import { delay, error, garbage, kill, throttle } from './faults.ts'

const injectorOf = (environment: Environment) =>
  createFaultInjector({
    role: 'INVENTORY',
    environment,
    occupancy: createOccupancy(),
    faults: [delay, error, throttle, garbage, kill],
    crashPoints: ['commit-ack', 'publish-ack'],
  })
const handler = async (input: unknown) => input
const ON = { LAB_FAULTS: 'on' }

test('with faults off the handler is not wrapped, and crash points do nothing', () => {
  for (const environment of [{}, { LAB_FAULTS: 'off' }, { LAB_FAULTS: '' }]) {
    const injector = injectorOf(environment)
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
    assert.throws(() => injectorOf(environment), refusal, variable)
    assert.ok(injectorOf({ ...ON, ...environment }).on)
  }
})

test('a variable switches its fault on from the start, and that of another role does nothing', () => {
  const view = injectorOf({
    ...ON,
    INVENTORY_DELAY_MS: '50',
    INVENTORY_CRASH_AT: 'publish-ack',
    ORDER_ERROR: 'on',
  }).view()
  assert.deepEqual(view.delay, { setting: { delayMs: 50 }, injections: 0 })
  assert.deepEqual(view.crash, { setting: { point: 'publish-ack', after: 1 }, injections: 0 })
  assert.equal(view.error?.setting, null)
})

test('a wrong value is one sentence that names the variable and its value', () => {
  const wrong = {
    LAB_FAULTS: ['yes', 'ON'],
    INVENTORY_DELAY_MS: ['soon', '-1', '1.5', '0'],
    INVENTORY_ERROR: ['often', '0'],
    INVENTORY_THROTTLE_PER_SECOND: ['0', '-5', 'slow', '1e400'],
    INVENTORY_GARBAGE: ['off', '1'],
    INVENTORY_CRASH_AT: ['nowhere', 'commit-ack:0', 'commit-ack:x'],
  }
  for (const [variable, values] of Object.entries(wrong))
    for (const value of values) {
      const refusal = (thrown: unknown) =>
        thrown instanceof ConfigError && thrown.message.includes(variable) && thrown.message.includes(`"${value}"`)
      assert.throws(() => injectorOf({ ...ON, [variable]: value }), refusal, `${variable}=${value}`)
    }
})

test('faults are switched while the handler runs, and null or clear switches them off', async () => {
  const injector = injectorOf(ON)
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
  const injector = injectorOf(ON)
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
  assert.throws(() => injectorOf({}).crashPoint('elsewhere'), /there is no crash point "elsewhere"/)
})

const PASSES = `
import { createFaultInjector } from ${JSON.stringify(import.meta.resolve('./fault-injector.ts'))}
import { writeSync } from 'node:fs'
const crashPoints = ['store-publish', 'publish-ack']
const injector = createFaultInjector({ role: 'ORDER', environment: process.env, faults: [], crashPoints })
const [first, second] = crashPoints.map(injector.crashPoint)
for (let pass = 1; pass <= 5; pass++) {
  first()
  writeSync(1, 'a')
  second()
  writeSync(1, 'b')
}`

/** What a process wrote that passes two crash points five times, and how it ended. */
async function pass(environment: Record<string, string>): Promise<{ wrote: string; signal: unknown }> {
  const env = { ...process.env, ...environment }
  const child = spawn(process.execPath, ['--input-type=module', '-e', PASSES], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [wrote, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { wrote, signal }
}

test('a crash point ends the process by SIGKILL at the first pass, in between two steps', async () => {
  const environment = { LAB_FAULTS: 'on', ORDER_CRASH_AT: 'publish-ack' }
  assert.deepEqual(await pass(environment), { wrote: 'a', signal: 'SIGKILL' })
})

test('with a number it is that pass, and the other points do not count', async () => {
  const environment = { LAB_FAULTS: 'on', ORDER_CRASH_AT: 'store-publish:3' }
  assert.deepEqual(await pass(environment), { wrote: 'abab', signal: 'SIGKILL' })
})

test('without a setting every step is passed', async () => {
  assert.deepEqual(await pass({ LAB_FAULTS: 'on' }), { wrote: 'ababababab', signal: null })
})

const delayInjector = (environment: Environment) =>
  createFaultInjector({
    role: 'INVENTORY',
    environment,
    occupancy: createOccupancy(),
    faults: [delay],
    crashPoints: [],
  })

async function serverOf(injector: FaultInjector) {
  const log = createLog('test', 'silent')
  const server = createServer({
    name: 'test',
    log,
    health: createHealth(),
    occupancy: createOccupancy(),
    closing: new AbortController().signal,
    config: { HOST: '127.0.0.1' },
  })
  faultRoutes(server, injector)
  return server
}

const serverWith = (environment: Environment) => serverOf(delayInjector(environment))

test('there is no such route unless faults are on', async () => {
  for (const method of ['GET', 'POST', 'DELETE'] as const) {
    const answer = await (await serverWith({})).inject({ method, url: '/faults' })
    assert.equal(answer.statusCode, 404)
  }
})

test('faults are switched on, shown and switched off over HTTP', async () => {
  const server = await serverWith(ON)
  const off = { delay: { setting: null, injections: 0 } }
  const on = { delay: { setting: { delayMs: 5 }, injections: 0 } }
  assert.deepEqual((await server.inject('/faults')).json(), off)
  const payload = { delay: { delayMs: 5 } }
  assert.deepEqual((await server.inject({ method: 'POST', url: '/faults', payload })).json(), on)
  assert.deepEqual((await server.inject('/faults')).json(), on)
  assert.deepEqual((await server.inject({ method: 'DELETE', url: '/faults' })).json(), off)
})

test('switching is answered when the background work of the faults has ended', async () => {
  const injector = delayInjector(ON)
  const server = await serverOf(injector)
  const { inBackground, injected, setting } = injector.switchOf(delay)
  for (const off of [
    { method: 'POST', url: '/faults', payload: { delay: null } },
    { method: 'DELETE', url: '/faults' },
  ] as const) {
    injector.set({ delay: { delayMs: 5 } })
    const { promise, resolve } = Promise.withResolvers<void>()
    inBackground(promise.then(injected))
    const answer = server.inject(off)
    await waitFor(() => setting() === undefined, { deadlineMs: 30_000, everyMs: 1, what: 'the delay to be off' })
    resolve()
    assert.deepEqual((await answer).json(), injector.view())
  }
  assert.equal(injector.view().delay?.injections, 2)
})

test('a body that is no setting is answered 400 and switches nothing', async () => {
  const server = await serverWith(ON)
  for (const payload of [[], { vanish: {} }, { delay: { delayMs: 'long' } }, { delay: true }]) {
    const answer = await server.inject({ method: 'POST', url: '/faults', payload })
    assert.equal(answer.statusCode, 400, JSON.stringify(payload))
    assert.equal(answer.json().code, 'malformed')
  }
  assert.equal((await server.inject({ method: 'POST', url: '/faults' })).statusCode, 400)
  assert.deepEqual((await server.inject('/faults')).json(), { delay: { setting: null, injections: 0 } })
})

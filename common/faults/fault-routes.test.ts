import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHealth } from '../service/health.ts'
import { createServer } from '../service/http-server.ts'
import { createLog } from '../service/log.ts'
import { waitFor } from '#host/wait-for.ts'
import { delay } from './delay.ts'
import { faultRoutes } from './fault-routes.ts'
import { createFaultInjector, type FaultInjector } from './fault-injector.ts'

const injectorOf = (environment: Record<string, string>) =>
  createFaultInjector({ role: 'INVENTORY', environment, faults: [delay] })

async function serverOf(injector: FaultInjector) {
  const log = createLog('test', 'silent')
  const server = await createServer({ name: 'test', log, health: createHealth() })
  faultRoutes(server, injector)
  return server
}

const serverWith = (environment: Record<string, string>) => serverOf(injectorOf(environment))

test('there is no such route unless faults are on', async () => {
  for (const method of ['GET', 'POST', 'DELETE'] as const) {
    const answer = await (await serverWith({})).inject({ method, url: '/faults' })
    assert.equal(answer.statusCode, 404)
  }
})

test('faults are switched on, shown and switched off over HTTP', async () => {
  const server = await serverWith({ LAB_FAULTS: 'on' })
  const off = { delay: { setting: null, injections: 0 } }
  const on = { delay: { setting: { delayMs: 5 }, injections: 0 } }
  assert.deepEqual((await server.inject('/faults')).json(), off)
  const payload = { delay: { delayMs: 5 } }
  assert.deepEqual((await server.inject({ method: 'POST', url: '/faults', payload })).json(), on)
  assert.deepEqual((await server.inject('/faults')).json(), on)
  assert.deepEqual((await server.inject({ method: 'DELETE', url: '/faults' })).json(), off)
})

test('switching is answered when the background work of the faults has ended', async () => {
  const injector = injectorOf({ LAB_FAULTS: 'on' })
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
  const server = await serverWith({ LAB_FAULTS: 'on' })
  for (const payload of [[], { vanish: {} }, { delay: { delayMs: 'long' } }, { delay: true }]) {
    const answer = await server.inject({ method: 'POST', url: '/faults', payload })
    assert.equal(answer.statusCode, 400, JSON.stringify(payload))
    assert.equal(answer.json().code, 'malformed')
  }
  assert.equal((await server.inject({ method: 'POST', url: '/faults' })).statusCode, 400)
  assert.deepEqual((await server.inject('/faults')).json(), { delay: { setting: null, injections: 0 } })
})

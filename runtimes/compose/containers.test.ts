import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exit } from '#host/child.ts'
import { killContainer } from './containers.ts'

/** A start that is attached to a container, which comes up when the engine has refused `refusals` kills. */
function starting(refusals: number) {
  const { promise: exited, resolve } = Promise.withResolvers<Exit>()
  const attached = { running: true, exited, kill: () => assert.fail('the engine ends it') }
  let kills = 0
  const dockerKill = async () => {
    kills += 1
    if (kills <= refusals) return
    attached.running = false
    resolve({ code: 137, signal: null })
  }
  return { service: 'inventory', attached, dockerKill, kills: () => kills }
}

test('a container that runs is killed once', async () => {
  const container = starting(0)
  await killContainer(container)
  assert.equal(container.kills(), 1)
})

test('a container whose start is under way is killed when it has come up', async () => {
  const container = starting(2)
  await killContainer(container)
  assert.deepEqual([container.attached.running, container.kills()], [false, 3])
})

test('an engine that cannot kill is an error, and the attached child does not stay', async () => {
  let ended = false
  const attached = { ...starting(0).attached, kill: () => (ended = true) }
  const dockerKill = async () => assert.fail('the engine is gone')
  await assert.rejects(killContainer({ service: 'inventory', attached, dockerKill }), /the engine is gone/)
  assert.ok(ended)
})

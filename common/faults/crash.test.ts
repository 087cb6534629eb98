import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const PASSES = `
import { createFaultInjector } from ${JSON.stringify(import.meta.resolve('./fault-injector.ts'))}
import { writeSync } from 'node:fs'
const crashPoints = ['store-publish', 'publish-ack']
const board = createFaultInjector({ role: 'ORDER', environment: process.env, faults: [], crashPoints })
const [first, second] = crashPoints.map(board.crashPoint)
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

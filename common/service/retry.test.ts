import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { createHealth } from './health.ts'
import { createBackoff, degradedReporter, retryUntilClosed } from './retry.ts'

const QUICK = { firstMs: 1, longestMs: 4 }

function openParts() {
  const lines: string[] = []
  const log = pino({ messageKey: 'event' }, { write: line => void lines.push(JSON.parse(line).event) })
  const closing = new AbortController()
  return { lines, closing, health: createHealth(), parts: { log, closing: closing.signal } }
}

test('work is tried until it succeeds; meanwhile health shows the problem, and the log has one line for each change', async () => {
  const { lines, health, parts } = openParts()
  const seen: boolean[] = []
  const result = await retryUntilClosed(
    { ...parts, health },
    'broker',
    async () => {
      seen.push(health.view().healthy)
      if (seen.length < 4) throw new Error('refused')
      return 'done'
    },
    QUICK,
  )
  assert.equal(result, 'done')
  assert.deepEqual(seen, [true, false, false, false])
  assert.equal(health.view().healthy, true)
  assert.deepEqual(lines, ['degraded', 'recovered'])
})

test('a service that closes ends a long pause at once and tries nothing more', async () => {
  const { closing, health, parts } = openParts()
  let tries = 0
  const running = retryUntilClosed(
    { ...parts, health },
    'broker',
    async () => {
      tries++
      setImmediate(() => closing.abort())
      throw new Error('refused')
    },
    { firstMs: 600_000, longestMs: 600_000 },
  )
  assert.equal(await running, undefined)
  assert.equal(tries, 1)
})

test('work that was under way when the service closed is awaited, and its result stands', async () => {
  const { closing, health, parts } = openParts()
  const result = await retryUntilClosed({ ...parts, health }, 'broker', async () => {
    closing.abort()
    await new Promise(setImmediate)
    return 'done'
  })
  assert.equal(result, 'done')
})

test('a problem that changes is logged again, and one that stays is not', () => {
  const { lines, health, parts } = openParts()
  const report = degradedReporter({ ...parts, health }, 'reading')
  for (const problem of ['away', 'away', 'no leader', null, null]) report(problem)
  assert.deepEqual(lines, ['degraded', 'degraded', 'recovered'])
})

test('pauses grow up to the longest, and begin again after a reset', async t => {
  const pauses: number[] = []
  t.mock.method(Math, 'random', () => 1)
  const backoff = createBackoff(new AbortController().signal, { firstMs: 10, longestMs: 40 })
  const timed = async (): Promise<void> => {
    const began = performance.now()
    await backoff.pause()
    pauses.push(performance.now() - began)
  }
  for (let pause = 0; pause < 4; pause++) await timed()
  backoff.reset()
  await timed()
  const least = [10, 20, 40, 40, 10]
  for (const [index, ms] of least.entries())
    assert.ok((pauses[index] ?? 0) >= ms - 1, `pause ${index} lasted ${pauses[index]} ms`)
})

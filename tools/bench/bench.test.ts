import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../../lab/testing/cli.ts'
import { startBareChain } from './setup/chain.ts'
import { benchJudge } from './parts/judge.ts'
import { watchMemory } from './parts/whole-run.ts'
import { impliedP99Ms } from './parts/generator.ts'

test('the bare chain answers through all of its hops', async t => {
  const ends = new AsyncDisposableStack()
  t.after(() => ends.disposeAsync())
  const chain = await startBareChain(ends)
  const answer = await fetch(`${chain.url}/order`, { method: 'POST', body: '{}' })
  assert.equal(answer.status, 201)
  assert.deepEqual(await answer.json(), { status: 'reserved' })
})

test('memory is that of this process and all that descend from it', async t => {
  const alone = watchMemory()
  alone.stop()
  const held = 300e6
  const child = spawn(process.execPath, [
    '-e',
    `globalThis.held = Buffer.alloc(${held}, 1); console.log('up'); setInterval(() => {}, 1000)`,
  ])
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const both = watchMemory()
  both.stop()
  const before = alone.peakBytes() ?? 0
  assert.ok(before > 10e6, String(before))
  // What the child holds is far more than what this process may give back meanwhile.
  assert.ok((both.peakBytes() ?? 0) > before + held / 2, `${before} and then ${both.peakBytes()}`)
})

test('an unknown part of the bench is refused with exit code 2', async () => {
  const { code, stderr } = await runCli('../../tools/bench/main', ['--only', 'rests'])
  assert.equal(code, 2)
  assert.match(
    stderr,
    /Allowed choices are rest-saturation, rest-latency, .*cpu, limits, generator, judge, run, sizes, growth, limits-share-of-a-core, .*limits-small-generator\./,
  )
})

test('the judged history of the bench is valid where it is whole, and is not where it is troubled', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-judge-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { signal } = new AbortController()
  const whole = await benchJudge('whole', folder, signal, 1_000)
  assert.equal(whole.exitCode, 0, whole.said)
  assert.match(whole.said, /^valid sync-rest\/baseline-latency$/m)
  const troubled = await benchJudge('troubled', folder, signal, 1_000)
  assert.equal(troubled.exitCode, 1, troubled.said)
})

const MS = 1e6

test('a stall of 200 ms each second implies a p99 of 190 ms at 2,000 requests a second', () => {
  const plannedNs = Array.from({ length: 20_000 }, (_, index) => (index * MS) / 2)
  const stalls = Array.from({ length: 10 }, (_, second) => ({ fromNs: second * 1e9, toNs: second * 1e9 + 200 * MS }))
  assert.equal(impliedP99Ms(plannedNs, stalls), 190)
})

test('a target that never stalls implies no wait', () => {
  assert.equal(impliedP99Ms([0, 1, 2], []), 0)
})

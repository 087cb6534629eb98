import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { ExecutedStep } from './history.ts'
import { sampleInspector, sampleRuntime } from '../testing/sample-runtime.ts'
import { runTimeline } from './timeline.ts'
import { at, type StepContext, type Step, operation, type Progress } from '../experiment/steps.ts'

const view: Progress = {
  elapsedMs: 0,
  loadDone: false,
  started: 0,
  decided: 0,
  notified: 0,
  deadLetters: 0,
  depths: {},
  running: () => true,
  deaths: () => 0,
}

const raw: unknown[] = []
const context: StepContext = {
  planned: [],
  runtime: sampleRuntime(),
  inspector: sampleInspector({ shout: async args => args.word }),
  recordInjections: async () => {},
  addRaw: messages => void raw.push(...messages),
}

function play(steps: Step[], { probe = async () => view, signal = new AbortController().signal } = {}) {
  const acts: ExecutedStep[] = []
  const originNs = monotonicNs()
  const done = runTimeline({
    steps,
    context,
    originNs,
    nowNs: monotonicNs,
    probe,
    onStep: act => void acts.push(act),
    signal,
  })
  return { acts, done, originNs }
}

const step = (action: string, run: () => Promise<unknown> = async () => undefined) => ({ action, target: 'x', run })

test('steps are performed in the order in which they stand, not before their time, and one after the other', async () => {
  let busy = false
  const alone = async () => {
    assert.equal(busy, false)
    busy = true
    await new Promise(resolve => setImmediate(resolve))
    busy = false
    return 'done'
  }
  const { acts, done, originNs } = play([at(60, step('one', alone)), at(20, step('two', alone)), at(90, step('three'))])
  await done
  assert.deepEqual(
    acts.map(({ action, result }) => [action, result]),
    [
      ['one', 'done'],
      ['two', 'done'],
      ['three', undefined],
    ],
  )
  const [one, two, three] = acts.map(({ atNs }) => (atNs - originNs) / 1e6)
  assert.ok(one !== undefined && one >= 60 && two !== undefined && two >= one && three !== undefined && three >= 90)
  for (const { atNs, doneNs } of acts) assert.ok(doneNs >= atNs)
})

test('a condition is probed again until it is met, and steps behind it wait', async () => {
  let probes = 0
  const probe = async () => ({ ...view, decided: probes++ })
  const { acts, done } = play([at(({ decided }) => decided >= 3, step('met')), at(0, step('behind'))], { probe })
  await done
  assert.deepEqual(
    acts.map(({ action }) => action),
    ['met', 'behind'],
  )
  assert.equal(probes, 4)
})

test('a step that fails names itself, and what stands behind it is not performed', async () => {
  const fails = step('kill', () => Promise.reject(new Error('nobody there')))
  const { acts, done } = play([at(0, step('fine')), at(0, fails), at(0, step('behind'))])
  await assert.rejects(done, { message: 'the step "kill x" failed: nobody there' })
  assert.deepEqual(
    acts.map(({ action }) => action),
    ['fine'],
  )
})

test('an aborted timeline ends at once, whether it waits for a time or for a condition', async () => {
  for (const when of [60_000, () => false]) {
    const control = new AbortController()
    const { acts, done } = play([at(when, step('never'))], { signal: control.signal })
    control.abort()
    await assert.rejects(done, { name: 'AbortError' })
    assert.deepEqual(acts, [])
  }
})

test('an operation of the model is given its arguments, and what it sends is kept in the history', async () => {
  const message = { id: '1', expect: 'duplicate' as const, class: 'again' }
  const { acts, done } = play([
    at(
      0,
      operation(
        'shout',
        () => ({ word: 'fire' }),
        () => [message],
      ),
    ),
  ])
  await done
  assert.equal(acts[0]?.result, 'fire')
  assert.deepEqual(raw, [message])
})

test('an operation that the model does not have fails with those that it has', async () => {
  const { done } = play([at(0, operation('whisper', {}))])
  await assert.rejects(done, {
    message: /"whisper broker" failed: this model has no operation "whisper"; it has: shout$/,
  })
})

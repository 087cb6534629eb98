import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenSpans } from './broken-spans.ts'
import type { ExecutedStep } from './history.ts'

const step = (action: string, atNs: number, target = 'inventory', result?: unknown): ExecutedStep => ({
  action,
  target,
  atNs,
  doneNs: atNs + 5,
  ...(result !== undefined && { result }),
})
const spansOf = (...steps: ExecutedStep[]) =>
  brokenSpans(steps).map(({ action, target, fromNs, endedNs, healedNs }) => [action, target, fromNs, endedNs, healedNs])

test('what a step breaks is broken until the step that ends it, on the same target, has done its work', () => {
  assert.deepEqual(spansOf(step('kill', 10), step('start', 15, 'other'), step('start', 20)), [
    ['kill', 'inventory', 10, 20, 25],
  ])
  assert.deepEqual(spansOf(step('pause', 10), step('heal', 15), step('resume', 20)), [
    ['pause', 'inventory', 10, 20, 25],
  ])
})

test('a fault ends when it is healed, when it is switched off, and when its process is started again', () => {
  const on = step('fault', 10, 'inventory', { delay: { delayMs: 5 } })
  const ended = [['fault', 'inventory', 10, 20, 25]]
  assert.deepEqual(spansOf(on, step('heal', 20)), ended)
  assert.deepEqual(spansOf(on, step('fault', 20, 'inventory', { delay: null })), ended)
  assert.deepEqual(spansOf(on, step('start', 20), step('heal', 30)), ended)
})

test('what nothing ends is broken for ever', () => {
  assert.deepEqual(spansOf(step('kill', 10)), [['kill', 'inventory', 10, Infinity, Infinity]])
})

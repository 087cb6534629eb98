import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { Experiment } from '#engine/experiment/define.ts'
import { model } from '#engine/testing/sample-runtime.ts'
import { sampleResult } from '../../testing/sample-result.ts'
import { liveReporter } from './progress.ts'

const variant = (name: string) => ({
  name,
  about: name,
  load: { orders: 1, ordersPerSecond: 1, deadlineMs: 1 },
  quiescenceMs: 1,
  checks: [],
})
const experiment: Experiment = {
  model,
  title: 'Sample',
  question: 'Does it end?',
  does: 'Little.',
  profiles: { smoke: {}, quick: {}, full: {} },
  variants: () => [variant('throttled'), variant('control')],
  begins: 1,
  columns: [],
  explain: () => [],
}

test('a live list has its variants in the order in which they run, and ends before the result is shown', async t => {
  let text = ''
  t.mock.method(process.stdout, 'write', (part: string | Uint8Array) => ((text += String(part)), true))
  const reporter = liveReporter('quick', 'processes', () => console.log('the result'))
  reporter.begin({ id: 'sample/sample', experiment }, 1, 2)
  reporter.progress('sample/sample', 'control: starting services')
  reporter.progress('sample/sample', 'throttled: starting services')
  await reporter.result(sampleResult)
  t.mock.restoreAll()
  assert.match(
    stripVTControlCharacters(text),
    /^\[1\/2\] sample\/sample: Does it end\?\n[^]*control[^]*throttled[^]*the result\n$/,
  )
})

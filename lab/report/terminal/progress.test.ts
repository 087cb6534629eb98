import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import type { Experiment } from '#engine/experiment/define.ts'
import { model } from '#engine/testing/sample-runtime.ts'
import { sampleResult } from '../../testing/sample-result.ts'
import type { Named } from '../../session/run.ts'
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

async function printed(t: TestContext, work: () => Promise<void>): Promise<string> {
  let text = ''
  t.mock.method(process.stdout, 'write', (part: string | Uint8Array) => ((text += String(part)), true))
  await work()
  t.mock.restoreAll()
  return stripVTControlCharacters(text)
}

const [first, second, third] = ['sample/one', 'sample/other', 'sample/third'].map(id => ({ id, experiment })) as [
  Named,
  Named,
  Named,
]

test('a live list has its variants in the order in which they run, and ends before the result is shown', async t => {
  const text = await printed(t, async () => {
    const reporter = liveReporter('quick', 'processes', () => console.log('the result'))
    reporter.begin(first, 1, [first, second])
    reporter.progress('sample/one', 'control: starting services')
    reporter.progress('sample/one', 'throttled: starting services')
    await reporter.result(sampleResult)
  })
  assert.match(text, /\[1\/2\] sample\/one: Does it end\?\n[^]*control[^]*throttled[^]*the result\n$/)
})

test('a live list says what is done with its verdict, what is to come, and how long it takes', async t => {
  const text = await printed(t, async () => {
    const reporter = liveReporter('quick', 'processes', () => {})
    const all = [first, second, third]
    reporter.begin(first, 1, all)
    await reporter.result({ ...sampleResult, verdict: 'valid' })
    reporter.begin(second, 2, all)
    await reporter.result(sampleResult)
  })
  assert.match(text, /0 s elapsed, about 20 s left\n[^]*to come: sample\/other, sample\/third\n/)
  assert.match(text, /1 valid: streaming-kafka\/consumer-lag\n[^]*\[2\/3\] sample\/other[^]*to come: sample\/third\n/)
})

test('what belongs to no experiment is shown before the first list and behind the last', async t => {
  const text = await printed(t, async () => {
    const reporter = liveReporter('quick', 'processes', () => {})
    reporter.progress('sweep', 'removed what a dead run left')
    reporter.begin(first, 1, [first])
    await reporter.result(sampleResult)
    reporter.progress('saving', 'no room')
  })
  assert.match(text, /^sweep: removed what a dead run left\n[^]*\nsaving: no room\n$/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endBox } from '../report/terminal/end-box.ts'
import { sampleComparison } from '../testing/sample-comparison.ts'
import { sampleResult, sampleSummary } from '../testing/sample-result.ts'
import { runEnd } from './run-end.ts'

const valid = { ...sampleResult, verdict: 'valid' as const }
const commandsOf = (...args: Parameters<typeof runEnd>) => runEnd(...args).next.map(({ command }) => command)

test('a run ends with its verdicts, then with what its results explain, a sentence of each model in turn', () => {
  assert.deepEqual(runEnd(sampleSummary([valid])).learned, ['Every result is valid.', 'It rose and fell.'])
  const other = { ...valid, model: 'sync-rest', experiment: 'slow-inventory' }
  assert.deepEqual(runEnd(sampleSummary([valid, valid, other])).learned, [
    'Every result is valid.',
    'streaming-kafka/consumer-lag: It rose and fell.',
    'sync-rest/slow-inventory: It rose and fell.',
    'streaming-kafka/consumer-lag: It rose and fell.',
  ])
  assert.deepEqual(runEnd({ ...sampleSummary([valid]), profile: 'smoke' }).learned, ['Every result is valid.'])
  assert.deepEqual(runEnd(sampleSummary([])).learned, [])
})

test('what is not valid is named first, and run once more', () => {
  const { learned, next } = runEnd({ ...sampleSummary([valid, sampleResult]), profile: 'quick' })
  assert.equal(learned[0], 'Not valid: 1 invalid: streaming-kafka/consumer-lag.')
  assert.equal(next[0]?.command, 'npm run lab -- run streaming-kafka/consumer-lag --profile quick')
  const lacking = { ...sampleResult, variants: [], verdict: 'unknown' as const }
  assert.equal(commandsOf(sampleSummary([lacking]))[0], 'npm run lab -- doctor')
  const comparison = sampleComparison()
  const cells = comparison.results.map((result, nth) =>
    nth === 0 ? { ...result, verdict: 'unknown' as const } : result,
  )
  const [{ model } = assert.fail()] = cells
  assert.equal(
    commandsOf({ ...comparison, results: cells })[0],
    `npm run lab -- compare --models ${model} --scenarios healthy`,
  )
})

test('a smaller run leads to the full one, that to a comparison, and that to the capacities', () => {
  const [one, three] = [sampleSummary([valid]), sampleSummary([valid, valid, valid])]
  assert.deepEqual(commandsOf({ ...one, profile: 'quick' }), ['npm run lab -- run streaming-kafka/consumer-lag'])
  assert.deepEqual(commandsOf({ ...three, profile: 'smoke' }), ['npm start'])
  assert.deepEqual(commandsOf(one), ['npm run lab -- compare'])
  const comparison = sampleComparison()
  assert.deepEqual(commandsOf({ ...comparison, profile: 'quick' }), ['npm run lab -- compare'])
  assert.deepEqual(commandsOf(comparison), ['npm run lab -- capacity --all'])
  assert.deepEqual(commandsOf({ ...comparison, results: comparison.results.slice(0, 3) }), [], 'it was stopped')
})

test('a command and the address of the report stand alone in their lines', () => {
  const lines = endBox({ ...runEnd(sampleSummary([valid])), report: '/a b/report.html' }, 80).split('\n')
  assert.ok(lines.includes('npm run lab -- compare'))
  assert.ok(lines.includes('file:///a%20b/report.html'))
  assert.ok(lines.filter(line => line.startsWith('──')).every(line => line.length === 80))
  assert.doesNotMatch(endBox({ learned: [], next: [], report: undefined }, 80), /learned|next|Report/)
})

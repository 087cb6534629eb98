import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sampleComparison } from '../testing/sample-comparison.ts'
import { objectionsPage } from './objections.ts'

const whole = sampleComparison()

test('each objection has what the run measured about it, with the models that have no figure named', () => {
  const page = objectionsPage(whole, 'npm run lab -- compare')
  assert.match(page, /^# How this could be wrong\n/)
  assert.match(page, /compared by \*known\*.*sync-rest [\d.]+/)
  const voided = whole.results.map(result => ({
    ...result,
    measures: result.measures.map(measure =>
      result.model === 'sync-rest' && measure.name === 'known p50'
        ? { ...measure, value: null, note: 'generator-bound' }
        : measure,
    ),
  }))
  assert.match(
    objectionsPage({ ...whole, results: voided }, ''),
    /compared by \*known\*.*sync-rest no figure \(generator-bound\)/,
  )
})

test('an objection about which nothing was measured says so, and no sentence lacks its figures', () => {
  const page = objectionsPage({ ...whole, results: [], brokers: {} }, 'npm run lab -- compare')
  assert.ok(page.split('\n').filter(line => line.includes('This run measured nothing about it.')).length >= 5)
  assert.doesNotMatch(page, /undefined|Infinity|: \.|NaN/)
})

test('there is no objection about which no published run measured anything', () => {
  const page = readFileSync(new URL('../../docs/comparison/how-this-could-be-wrong.md', import.meta.url), 'utf8')
  assert.doesNotMatch(page, /measured nothing about it|No run measured/)
})

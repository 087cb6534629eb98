import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleComparison } from '../../testing/sample-comparison.ts'
import { sampleResult, sampleSummary } from '../../testing/sample-result.ts'
import { UsageError } from '../usage.ts'
import { requirePublishable } from './publish.ts'

const refused = (message: RegExp) => ({ constructor: UsageError, message })

test('a run that is quick, incomplete or unfinished is not published', () => {
  const whole = sampleSummary([sampleResult])
  const id = 'streaming-kafka/consumer-lag'
  const registry = { experiments: [id], scenarios: [], models: [] }
  requirePublishable(whole, registry)
  assert.throws(() => requirePublishable({ ...whole, profile: 'quick' }, registry), refused(/is a quick run/))
  assert.throws(
    () => requirePublishable(whole, { ...registry, experiments: [id, 'sync-rest/x'] }),
    refused(/it lacks sync-rest\/x/),
  )
  const cut = sampleSummary([{ ...sampleResult, failure: 'it was interrupted' }])
  assert.throws(() => requirePublishable(cut, registry), refused(/could not be finished \(it was interrupted\)/))
})

test('a comparison that lacks a cell, a scenario or a model is not published', () => {
  const { comparison = assert.fail(), ...summary } = sampleComparison()
  const models = ['sync-rest']
  const requested = { ...comparison, models, scenarios: ['poison'], repeat: 1 }
  const registry = { experiments: [], scenarios: ['poison'], models }
  const results = summary.results
    .filter(({ cell, model }) => cell?.scenario === 'poison' && model === 'sync-rest')
    .map(result => ({ ...result, experiment: 'poison' }))
  const whole = { ...summary, results, comparison: requested }
  requirePublishable(whole, registry)
  assert.throws(() => requirePublishable({ ...whole, results: [] }, registry), refused(/it lacks sync-rest\/poison;/))
  const external = {
    ...whole,
    comparison: {
      ...requested,
      models: ['streaming-kafka'],
      scenarios: ['broker-dead'],
      externalBrokers: ['kafka'] as const,
    },
  }
  assert.throws(
    () => requirePublishable(external, { experiments: [], scenarios: ['broker-dead'], models: ['streaming-kafka'] }),
    refused(/it lacks streaming-kafka\/broker-dead; .+, with LAB_KAFKA_BROKERS unset, runs all of them/),
  )
  for (const change of [{ rates: [1] }, { healthyRepeat: 1 }])
    assert.throws(
      () => requirePublishable({ ...whole, comparison: { ...requested, ...change } }, registry),
      refused(/has other rates, or fewer repetitions, than a published one; npm run lab -- compare makes one/),
    )
  const more = { ...registry, scenarios: ['poison', 'burst'], models: [...models, 'other'] }
  assert.throws(() => requirePublishable(whole, more), refused(/it lacks burst, other; npm run lab -- compare/))
})

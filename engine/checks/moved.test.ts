// A verdict is a function of the history alone: not of when it was made, nor of the names in it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { standardMeasures } from '../analysis/measures.ts'
import type { History } from '../run/history.ts'
import { MUTATIONS } from '../testing/mutations/effects.ts'
import { SAMPLE_ANSWERS, SAMPLE_REASONS, sampleHistory } from '../testing/sample-history.ts'
import { runCheck } from './check.ts'
import { checksFor } from './checks.ts'
import { orderHistories } from './order-history.ts'

const checks = checksFor({ reasons: SAMPLE_REASONS, answers: SAMPLE_ANSWERS })
const judged = (history: History) => ({
  verdicts: checks.map(check => runCheck(check, history)).map(({ name, verdict, found }) => ({ name, verdict, found })),
  measures: standardMeasures(history),
})

const NAMES = new Set(['orderId', 'userId', 'kitchenId', 'correlationId', 'idempotencyKey', 'id'])

/** A copy with every stamp later and every name another one. */
function moved<Value>(value: Value, byNs: number, rename: (name: string) => string, field = ''): Value {
  if (typeof value === 'number') return (field.endsWith('Ns') ? value + byNs : value) as Value
  if (typeof value === 'string') return (NAMES.has(field) ? rename(value) : value) as Value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(item => moved<unknown>(item, byNs, rename, field)) as Value
  const entries = Object.entries(value).map(([name, content]) => [
    field === 'openingStock' ? rename(name) : name,
    moved<unknown>(content, byNs, rename, name),
  ])
  return Object.fromEntries(entries) as Value
}

test('a history that is moved in time and has other names has the same verdicts and measures, broken or not', () => {
  const broken = fc.option(fc.constantFrom(...MUTATIONS))
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 9e15 - 1e13 }), broken, fc.nat(), (seed, byNs, mutation, which) => {
      const history = sampleHistory(seed)
      const able = mutation ? [...orderHistories(history).values()].filter(mutation.on) : []
      const order = able[which % able.length]
      if (order) mutation?.mutate(history, order)
      const other = moved(history, byNs, name => `other-${name}`)
      assert.deepEqual(judged(other), judged(history), mutation?.name)
    }),
    { numRuns: 300 },
  )
})

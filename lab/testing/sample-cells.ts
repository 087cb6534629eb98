// Small cells of a comparison, for tests of what is told of it.
import type { Result, Summary } from '#engine/run/summary.ts'
import { sampleResult, sampleSummary } from './sample-result.ts'

export const MODELS = ['one', 'other']

/** A cell with one variant for each list of measures. */
export function made(
  model: string,
  scenario: string,
  repeat: number,
  variants: Record<string, Record<string, number | null>>,
): Result {
  const measures = Object.entries(variants).flatMap(([variant, values]) =>
    Object.entries(values).map(([name, value]) => ({
      variant,
      name,
      unit: name.includes('availability') ? '%' : 'ms',
      value,
    })),
  )
  const checks = Object.keys(variants).map(variant => {
    return { name: 'lost', verdict: 'valid' as const, detail: 'none', variant }
  })
  const facts = Object.keys(variants).map(name => ({ name, about: name, environment: {} }))
  return {
    ...sampleResult,
    model,
    experiment: `${scenario}-${repeat}`,
    variants: facts,
    measures,
    checks,
    cell: { scenario: scenario, ordersPerSecond: 50, repeat },
  }
}

export const summaryOf = (results: Result[]): Summary => ({
  ...sampleSummary(results),
  comparison: {
    models: MODELS,
    features: { one: ['answers-with-outcome'], other: [] },
    scenarios: [],
    rates: [50],
    repeat: 1,
    healthyRepeat: 3,
    about: [{ name: 'read-again', title: '', asks: '', without: { one: 'it is gone' } }],
  },
})

export const healthy = (model: string, values: readonly number[]) =>
  values.map((value, index) => made(model, 'healthy', index + 1, { plain: { 'accepted p50': value, memory: value } }))

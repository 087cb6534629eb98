// Small results and cells of a comparison, for tests of rendering and of the comparison's sentences.
import { type Result, SUMMARY_FORMAT, type Summary } from '#engine/run/summary.ts'

export const sampleResult: Result = {
  model: 'streaming-kafka',
  experiment: 'consumer-lag',
  title: 'Consumer lag',
  question: 'What becomes of the lag?',
  profile: 'full',
  settings: { orders: 10_000 },
  variants: [
    { name: 'throttled', about: 'half as fast', environment: {} },
    { name: 'control', about: 'no throttle', environment: {} },
  ],
  durability: "in the broker's memory",
  concurrency: 64,
  verdict: 'invalid',
  checks: [
    { name: 'lost', verdict: 'valid', detail: 'All 10000 accepted orders pass.', variant: 'throttled' },
    { name: 'lost', verdict: 'invalid', detail: '1 found among 10000: order-7.', variant: 'control' },
  ],
  measures: [
    { variant: 'throttled', name: 'accepted p50', unit: 'ms', value: 4.2104 },
    { variant: 'throttled', name: 'accepted max', unit: 'ms', value: 5_000, atLeast: true },
    { variant: 'control', name: 'accepted p50', unit: 'ms', value: null, note: 'generator-bound' },
    { variant: 'control', name: 'peak lag', unit: 'records', value: 12_345 },
  ],
  columns: ['accepted p50', 'accepted max', 'peak lag', 'a column that nothing fills'],
  series: [
    {
      variant: 'throttled',
      name: 'backlog',
      unit: 'orders',
      points: [
        [0.25, 10],
        [10, 4_000],
        [20, 0],
      ],
    },
    { variant: 'throttled', name: 'always zero', unit: 'messages', points: [[0, 0]] },
  ],
  marks: [{ variant: 'throttled', label: 'kill inventory_consumer', fromSeconds: 5, toSeconds: 8 }],
  explanation: ['It rose and fell.'],
  seconds: 31.26,
}

export const sampleSummary = (results: Result[]): Summary => ({
  format: SUMMARY_FORMAT,
  run: '20260102-030405-beef',
  startedAt: '2026-01-02T03:04:05.000Z',
  seed: 1,
  profile: 'full',
  runtime: 'processes',
  machine: { system: 'linux', cpu: 'made up', cores: 2, memoryGb: 8, node: 'v24.0.0' },
  brokers: { kafka: { source: 'packages', version: '4.3.0' } },
  results,
  seconds: 62,
})

export const MODELS = ['one', 'other']

/** A cell with one variant for each list of measures, which have the units of the real ones. */
export function sampleCell(
  model: string,
  scenario: string,
  repeat: number,
  variants: Record<string, Record<string, number | null>>,
): Result {
  const measures = Object.entries(variants).flatMap(([variant, values]) =>
    Object.entries(values).map(([name, value]) => ({
      variant,
      name,
      unit: unitOf(name),
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
    cell: { scenario, ordersPerSecond: 50, repeat },
  }
}

const UNITS: Readonly<Record<string, string>> = {
  memory: 'MB',
  CPU: 's/1,000 orders',
  requested: 'orders',
  'peak open orders': 'orders',
}

const unitOf = (name: string): string => UNITS[name] ?? (/availability|goodput|÷|known in/.test(name) ? '%' : 'ms')

export const sampleComparisonOf = (results: Result[]): Summary => ({
  ...sampleSummary(results),
  comparison: {
    models: MODELS,
    features: { one: ['answers-with-outcome'], other: [] },
    scenarios: [],
    rates: [50],
    repeat: 1,
    healthyRepeat: 3,
    about: [{ name: 'read-again', title: '', asks: '', without: { one: 'a request is gone once it is answered' } }],
  },
})

export const sampleHealthy = (model: string, values: readonly number[]) =>
  values.map((value, index) =>
    sampleCell(model, 'healthy', index + 1, { plain: { 'accepted p50': value, memory: value } }),
  )

/** The same; but of every variant the fault sets this measure. */
export const withMark = (result: Result, name: string): Result => ({
  ...result,
  variants: result.variants.map(variant => ({ ...variant, setByFault: { [name]: '64 in flight ÷ 50/s' } })),
})

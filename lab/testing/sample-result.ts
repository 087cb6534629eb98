// A small result for tests of what is rendered.
import type { Result, Summary } from '#engine/run/summary.ts'

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
    { name: 'lost', verdict: 'valid', detail: 'All of 10000 accepted orders.', variant: 'throttled' },
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

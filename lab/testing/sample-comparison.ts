// A sample summary of a comparison: every scenario, three models with their variants, 2,000 orders each, healthy runs at
// three rates. Always the same; its numbers come from no machine, only their shape is that of a run.
import { SHARES } from '#engine/analysis/plots.ts'
import { seededRandom } from '#engine/load/random.ts'
import type { Comparison, Measure, Result, Summary, VariantFacts, Orders, Series } from '#engine/run/summary.ts'
import { sampleResult, sampleSummary } from './sample-result.ts'

const MODELS: Readonly<Record<string, VariantFacts[]>> = {
  'sync-rest': [{ name: 'as it stands', about: 'deadlines, the breaker, releases', environment: {} }],
  'async-rabbitmq': [
    { name: 'with its outbox', about: 'a relay publishes what is stored', environment: {} },
    { name: 'without an outbox', about: 'published within the request', environment: {}, disabledSafeguard: 'outbox' },
  ],
  'streaming-kafka': [
    { name: 'synced topics', about: 'synced before it is acknowledged', environment: {}, durability: 'on disk' },
    { name: "Kafka's default", about: 'acknowledged from memory', environment: {}, durability: 'in memory' },
  ],
}

const SCENARIOS: readonly Comparison['about'][number][] = [
  { name: 'healthy', title: 'Nothing is broken', asks: 'What does it cost?', without: {} },
  { name: 'inventory-slow', title: 'Inventory slow by 2 s', asks: 'Who waits?', without: {} },
  { name: 'inventory-dead', title: 'Inventory dead', asks: 'What becomes of the orders?', without: {} },
  { name: 'notification-dead', title: 'Notification dead', asks: 'Does it stop those that sell?', without: {} },
  {
    name: 'broker-dead',
    title: 'The broker dead',
    asks: 'Who can still order?',
    without: { 'sync-rest': 'It has no broker between its services.' },
  },
  { name: 'burst', title: 'A burst of ten times the rate', asks: 'Who is refused?', without: {} },
  { name: 'duplicates', title: 'Every message twice', asks: 'Is an order reserved twice?', without: {} },
  { name: 'poison', title: 'One order in fifty is poison', asks: 'Do the others wait?', without: {} },
]

/** What the marks of a real run say where a process is killed. */
const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'inventory-dead': {
    'sync-rest': 'kill inventory_service',
    'async-rabbitmq': 'kill inventory_service',
    'streaming-kafka': 'kill inventory_consumer',
  },
  'broker-dead': {
    'sync-rest': 'kill inventory_service',
    'async-rabbitmq': 'kill rabbitmq',
    'streaming-kafka': 'kill kafka',
  },
}
const RESTART_SECONDS: Readonly<Record<string, number>> = {
  'sync-rest': 0.3,
  'async-rabbitmq': 5.2,
  'streaming-kafka': 2.4,
}

const RATES = [20, 100, 400]
const REPEATS = 3

export function sampleComparison(): Summary {
  const models = Object.keys(MODELS)
  const results = SCENARIOS.flatMap(about => {
    const has = models.filter(model => about.without[model] === undefined)
    if (about.name !== 'healthy') return has.map(model => broken(about, model))
    const repeats = Array.from({ length: REPEATS }, (_, nth) => nth + 1)
    return repeats.flatMap(repeat => RATES.flatMap(rate => has.map(model => healthy(about, model, rate, repeat))))
  })
  const comparison = {
    models,
    scenarios: SCENARIOS.map(({ name }) => name),
    features: { 'sync-rest': ['answers-with-outcome'], 'async-rabbitmq': [], 'streaming-kafka': ['replays'] },
    rates: RATES,
    repeat: 1,
    healthyRepeat: REPEATS,
    about: [...SCENARIOS],
  }
  return { ...sampleSummary(results), comparison }
}

const base = ({ title, asks }: Comparison['about'][number], model: string): Result => ({
  ...sampleResult,
  model,
  title,
  question: asks,
  settings: { ordersPerSecond: 50, faultMs: 10_000 },
  variants: MODELS[model] ?? [],
  verdict: 'valid',
  checks: (MODELS[model] ?? []).map(({ name, disabledSafeguard }) =>
    disabledSafeguard
      ? { name: 'lost', verdict: 'invalid', detail: '3 found among 2000: order-7.', found: 3, variant: name }
      : { name: 'lost', verdict: 'valid', detail: 'All 2000 accepted orders pass.', found: 0, variant: name },
  ),
  measures: [],
  columns: ['requested', 'availability', 'completed ÷ requested', 'lost', 'peak open orders', 'time to full recovery'],
  series: [],
  marks: [],
  explanation: [`${model}: the orders waited and were decided.`, 'Nothing was lost.'],
})

function broken(about: Comparison['about'][number], model: string): Result {
  const drawn = (MODELS[model] ?? []).map(({ name }, nth) => sampleOrders(model, name, about.name, nth + 1))
  const of = (variant: string): Measure[] => [
    { variant, name: 'requested', unit: 'orders', value: 2_000 },
    { variant, name: 'availability', unit: '%', value: model === 'sync-rest' ? 74.2 : 99.9 },
    { variant, name: 'during: availability', unit: '%', value: model === 'sync-rest' ? 0 : 99.8 },
    { variant, name: 'during: known in 1 s', unit: '%', value: model === 'sync-rest' ? 0 : 5 },
    { variant, name: 'during: known in 5 s', unit: '%', value: model === 'sync-rest' ? 0 : 49.5 },
    { variant, name: 'during: known in the end', unit: '%', value: model === 'sync-rest' ? 0 : 99.8 },
    { variant, name: 'completed ÷ requested', unit: '%', value: model === 'sync-rest' ? 74.5 : 100 },
    { variant, name: 'completed p50', unit: 'ms', value: 12 },
    { variant, name: 'lost', unit: 'orders', value: variant === 'without an outbox' ? 3 : 0 },
    { variant, name: 'peak open orders', unit: 'orders', value: 500 },
    { variant, name: 'longest wait', unit: 'ms', value: 10_400, atLeast: true },
    model === 'sync-rest'
      ? {
          variant,
          name: 'time to full recovery',
          unit: 'ms',
          value: null,
          note: '3 orders requested during the fault never were',
        }
      : { variant, name: 'time to full recovery', unit: 'ms', value: 2_600 },
  ]
  return {
    ...base(about, model),
    experiment: about.name,
    measures: drawn.flatMap(({ orders }) => of(orders.variant)),
    orders: drawn.map(({ orders }) => orders),
    series: drawn.map(({ backlog }) => backlog),
    marks: drawn.map(({ orders: { variant } }) => ({
      variant,
      label: LABELS[about.name]?.[model] ?? about.title,
      fromSeconds: 10,
      toSeconds: 20 + (RESTART_SECONDS[model] ?? 0),
    })),
    cell: { scenario: about.name, ordersPerSecond: 50, repeat: 1 },
  }
}

function healthy(about: Comparison['about'][number], model: string, ordersPerSecond: number, repeat: number): Result {
  const random = seededRandom(ordersPerSecond * 10 + repeat)
  const slow = { 'sync-rest': 3, 'async-rabbitmq': 5, 'streaming-kafka': 9 }[model] ?? 4
  const jitter = 1 + random.next() * 0.3
  const curve = (base: number) =>
    SHARES.filter(share => share <= 0.99).map((share): [number, number, 0] => [
      share,
      (base * jitter * (1 + ordersPerSecond / 200)) / (1 - share) ** 0.45,
      0,
    ])
  return {
    ...base(about, model),
    experiment: `healthy-${ordersPerSecond}${repeat > 1 ? `-${repeat}` : ''}`,
    columns: ['accepted p50', 'known p50', 'completed p50', 'CPU', 'written', 'memory'],
    measures: (MODELS[model] ?? []).flatMap(({ name: variant }) => [
      { variant, name: 'accepted p50', unit: 'ms', value: slow * jitter },
      { variant, name: 'known p50', unit: 'ms', value: slow * (model === 'sync-rest' ? 1 : 1.5) * jitter },
      { variant, name: 'completed p50', unit: 'ms', value: slow * 2 * jitter },
      { variant, name: 'CPU', unit: 's/1,000 orders', value: slow * jitter },
      { variant, name: 'written', unit: 'kB/1,000 orders', value: 80_000 + 1_000 * slow * jitter },
      { variant, name: 'memory', unit: 'MB', value: 200 + random.next() * 80 },
    ]),
    quantiles: (MODELS[model] ?? []).flatMap(({ name: variant }) => [
      { variant, latency: 'accepted', points: curve(slow) },
      { variant, latency: 'accepted uncorrected', points: curve(slow * 0.9) },
      { variant, latency: 'known', points: curve(slow * (model === 'sync-rest' ? 1 : 1.5)) },
      { variant, latency: 'completed', points: curve(slow * 2) },
    ]),
    cell: { scenario: 'healthy', ordersPerSecond, repeat },
  }
}

// Sample orders of one variant: 50 a second for 40 s; from the tenth to the twentieth second nothing is decided.

const COUNT = 2_000
const PER_SECOND = 50
const FAULT = { from: 10, to: 20 }
const DRAIN_PER_SECOND = 400

type Point = NonNullable<Orders['points']>[number]

/** @param model a synchronous one refuses what the others let wait */
export function sampleOrders(
  model: string,
  variant: string,
  scenario: string,
  seed: number,
): { orders: Orders; backlog: Series } {
  const random = seededRandom(seed * 1_000 + scenario.length)
  const kinds =
    model === 'sync-rest'
      ? ['201', '409 out-of-stock', '503 inventory-unavailable', 'deadline', '409 unknown-sku']
      : ['202']
  let freeAt = 0
  const points = Array.from({ length: COUNT }, (_, nth): Point => {
    const at = Math.round((nth / PER_SECOND) * 1_000) / 1_000
    const quick = Math.round(2_000 * (1 + random.next() * 3 + (random.next() < 0.03 ? 10 : 0))) / 1_000
    const isBroken = at >= FAULT.from && at < FAULT.to
    if (model === 'sync-rest') {
      if (isBroken) return random.next() < 0.1 ? [at, null, null, 3] : [at, quick, null, 2]
      const refused = random.next()
      return [at, quick, quick + 1, refused < 0.03 ? 1 : refused < 0.05 ? 4 : 0]
    }
    freeAt = Math.max(isBroken ? FAULT.to : at, freeAt + 1 / DRAIN_PER_SECOND)
    return [at, quick, Math.round((freeAt - at) * 1_000_000) / 1_000 + quick * 3, 0]
  })
  const answers = kinds.map((kind, index) => ({ kind, perSecond: perSecond(points, index) }))
  return { orders: { variant, kinds, points, answers }, backlog: backlogOf(variant, points) }
}

function perSecond(points: readonly Point[], kind: number): [number, number][] {
  const counts = new Map<number, number>()
  for (const [at, , , its] of points)
    if (its === kind) counts.set(Math.floor(at), (counts.get(Math.floor(at)) ?? 0) + 1)
  return [...counts]
}

function backlogOf(variant: string, points: readonly Point[]): Series {
  const times = Array.from({ length: 170 }, (_, nth) => nth / 4)
  const open = (now: number) =>
    points.filter(([at, , completed]) => completed !== null && at <= now && at + completed / 1_000 > now).length
  return { variant, name: 'backlog', unit: 'orders', points: times.map((now): [number, number] => [now, open(now)]) }
}

// Nothing is broken, and more and more readers follow what becomes of every order: what does each of them cost those that serve it?
import { percentiles, type Sample } from '#engine/analysis/latency.ts'
import { acrossClocks, CONDITIONS, count, findMeasure, latency, ms, sentence } from '#engine/analysis/measures.ts'
import type { FurtherReaderOperations, FurtherReading } from '#engine/experiment/further-readers.ts'
import { at, operation } from '#engine/experiment/steps.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { defineScenario, type Evaluated, type ScenarioSettings } from '../scenario.ts'
import { allRead, type Read } from './all-read.ts'
import { healthy, loadMs } from './healthy.ts'

export const ONE_MORE_READER = 'CPU of one more reader'
const MEMORY_OF_ONE_MORE = 'memory of one more reader'
const READERS = 'further readers'
const READ = 'read by all'
const READ_BY_ALL = `${READ} p50`

type FanOutSettings = ScenarioSettings & {
  measuredMs: number
  warmUpOrders: number
  fewestReaders: number
  mostReaders: number
  brokerWarmUpOrders: number
}

/** The highest rate of the healthy runs. */
const BROKER_WARM_UP_PER_SECOND = 400

export const fanOut = defineScenario<FanOutSettings>({
  name: 'fan-out',
  title: 'More and more readers',
  asks: 'What does one more reader cost that follows what becomes of every order, and how soon do all of them have it?',
  caveat:
    'The readers are a thread of the lab, with a connection for each: what they use themselves is in no figure. In REST each asks the order service for pages of its orders every 100 ms, from the first one on that was pending; its server-sent events are of one order each, which such a reader does not know. In RabbitMQ each has a durable quorum queue bound to the exchange of the outcomes, and acks each message; a publisher waits until all of them have confirmed. In Kafka each is a consumer group of the topic of the outcomes, and commits what it has read. In a full run each broker is warmed up before, with 8,000 orders and ten readers. What one more reader costs is the slope of the line through all numbers of readers (least squares), where that is above zero beyond doubt (95 %). Read by all counts from the decision of inventory until the last reader has it.',
  isOptional: true,
  isUndisturbed: true,
  ways: ({ fewestReaders, mostReaders }) =>
    [0, 1, 2, 5, 10]
      .filter(count => count === 0 || (count >= fewestReaders && count <= mostReaders))
      .map(count => ({ name: nameOf(count), readers: count })),
  profiles: {
    full: { ...healthy.profiles.full, fewestReaders: 1, mostReaders: 10, brokerWarmUpOrders: 8_000 },
    quick: { ...healthy.profiles.quick, fewestReaders: 2, mostReaders: 2, brokerWarmUpOrders: 0 },
  },
  columns: [
    ONE_MORE_READER,
    MEMORY_OF_ONE_MORE,
    'CPU',
    'CPU of services',
    'CPU of brokers',
    'memory',
    'memory of brokers',
    READ_BY_ALL,
    `${READ} p99`,
    'accepted p50',
    'known p50',
    'known p99',
    ...CONDITIONS,
  ],
  // A Java that has just started compiles for longer than a variant lasts, and would make the first number of readers the dearest.
  brokerWarmUp: ({ brokerWarmUpOrders: orders }) => ({ orders, ordersPerSecond: BROKER_WARM_UP_PER_SECOND }),
  load: healthy.load,
  disrupt: (_model, settings, { readers: count = 0 } = {}) => ({
    before: [operation<FurtherReaderOperations>('join-readers', { count })],
    timeline: [
      at(
        loadMs(settings),
        operation<FurtherReaderOperations>('await-readers', ({ planned }) => ({ expected: planned.length })),
      ),
    ],
    seen: count === 0 ? [] : [allRead('each further reader read of each order what inventory decided', readBy)],
    measures: readMeasures,
  }),
  acrossVariants: costsOfOneMore,
  explain: (results, model) => readersText(results).map(text => `${model}: ${text}.`),
})

const nameOf = (count: number): string =>
  count === 0 ? 'no further reader' : `${count} further reader${count === 1 ? '' : 's'}`

const readingIn = ({ executedSteps }: History): FurtherReading | undefined =>
  executedSteps.find(({ action }) => action === 'await-readers')?.result as FurtherReading | undefined

function readBy(history: History): Read[] {
  const reading = readingIn(history)
  if (!reading) return []
  const isLate = history.clocksAgree && history.evidence.decisions.some(({ decidedNs }) => decidedNs < reading.joinedNs)
  return reading.readers.map(({ orders, digest, problem }) => {
    const excuse = isLate
      ? 'They joined when an order had been decided.'
      : problem && `One of them gave up: ${problem}.`
    return { orders, digest, ...(excuse && { excuse }) }
  })
}

/** What one more of them cost, and how soon the last of the most had an outcome. */
function readersText(results: readonly Evaluated[]): string[] {
  const cost = costsOfOneMore(results).find(({ name }) => name === ONE_MORE_READER)
  const last = (name: string) => findMeasure(results.at(-1), name)
  return [
    ...sentence`one more reader cost ${cost && count(cost)} ms of CPU time for 1,000 orders`,
    ...sentence`with ${count(last(READERS))} further readers half of the outcomes were with all of them within ${ms(last(READ_BY_ALL))} of the decision`,
  ]
}

function readMeasures(history: History): Omit<Measure, 'variant'>[] {
  const { readers, lastNs } = readingIn(history) ?? { readers: [], lastNs: [] }
  const samples = delays(history, new Map(lastNs))
  const why = acrossClocks(history)
  return [
    { name: READERS, unit: '', value: readers.length },
    ...(readers.length === 0 ? [] : latency(READ, percentiles(samples), why)),
  ]
}

/** Of the orders that are measured. */
function delays({ evidence, planned, warmUpOrders }: History, lastNs: ReadonlyMap<string, number>): Sample[] {
  const measured = new Set(planned.filter(({ index }) => index >= warmUpOrders).map(({ orderId }) => orderId))
  return evidence.decisions.flatMap(({ orderId, decidedNs }) => {
    const atNs = lastNs.get(orderId)
    return atNs === undefined || !measured.has(orderId)
      ? []
      : [{ ms: (atNs - decidedNs) / 1e6, lateMs: 0, atLeast: false }]
  })
}

/** They belong to the first variant: to what it uses one reader adds so much. */
function costsOfOneMore(results: readonly Evaluated[]): Measure[] {
  const variant = results[0]?.variant.name ?? ''
  const isValid = results.every(({ checks }) => checks.every(({ verdict }) => verdict === 'valid'))
  const cost = (name: string, of: string, unit: string, factor: number): Measure => {
    const found = results.map(result => ({ count: findMeasure(result, READERS).value, used: findMeasure(result, of) }))
    const points = found.flatMap(({ count, used: { value } }) =>
      count === null || value === null ? [] : [[count, factor * value] as const],
    )
    const because = isValid ? found.find(({ used }) => used.value === null)?.used.note : 'a check was not valid'
    if (because !== undefined || points.length < results.length)
      return { variant, name, unit, value: null, note: because }
    const slope = slopeThrough(points)
    if (!slope) return { variant, name, unit, value: null, note: 'too few numbers of readers for a slope' }
    const [low, high] = [slope.low, slope.high].map(end => Math.round(end).toLocaleString('en-US'))
    const note = `not above zero beyond doubt: the slope is between ${low} and ${high}`
    return slope.low > 0 ? { variant, name, unit, value: slope.value } : { variant, name, unit, value: null, note }
  }
  return [cost(ONE_MORE_READER, 'CPU', 'ms/1,000 orders', 1_000), cost(MEMORY_OF_ONE_MORE, 'memory', 'MB', 1)]
}

/** The 97.5 % quantiles of Student's t with 1, 2 and 3 degrees of freedom. */
const T = [12.706, 4.303, 3.182]

/** Of the line with the least squares of its distances, with its 95 % confidence interval; undefined for fewer than 3 points. */
export function slopeThrough(
  points: readonly (readonly [x: number, y: number])[],
): { value: number; low: number; high: number } | undefined {
  const freedom = points.length - 2
  const t = T[freedom - 1]
  if (t === undefined) return undefined
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const sum = (of: (x: number, y: number) => number) =>
    points.reduce((total, [x, y]) => total + of(x - meanX, y - meanY), 0)
  const spread = sum(x => x * x)
  const value = sum((x, y) => x * y) / spread
  const margin = t * Math.sqrt(sum((x, y) => (y - value * x) ** 2) / freedom / spread)
  return { value, low: value - margin, high: value + margin }
}

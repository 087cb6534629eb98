import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyHistory, type History } from '../run/history.ts'
import { historyOf, type SampleTimeline, ns, served } from '../testing/sample-timelines.ts'
import {
  acceptedVoidBecause,
  backlog,
  count,
  GENERATOR_BOUND,
  MACHINE_BUSY,
  ms,
  sentence,
  standardMeasures,
  unlessPaused,
} from './measures.ts'
import { marksOf, quantilesOf, seriesOf } from './plots.ts'

const measure = (history: History, name: string) =>
  standardMeasures(history).find(each => each.name === name) ?? assert.fail(`there is no measure "${name}"`)
const value = (history: History, name: string) => measure(history, name).value

const many = (count: number, timeline: (index: number) => SampleTimeline) =>
  Array.from({ length: count }, (_, index) => timeline(index))

test('availability is the right answer within one second of the plan, divided by all that were requested', () => {
  const soldOut: SampleTimeline = { atMs: 0, answer: '409 out-of-stock', answeredMs: 5, expected: 'scarce' }
  const history = historyOf([
    served(0, 999),
    served(0, 1_000),
    served(0, 1_001),
    soldOut,
    { ...soldOut, expected: 'reserved' },
    { atMs: 0, answer: '503 inventory-unavailable', answeredMs: 2 },
    { atMs: 0, answer: 'deadline' },
    { atMs: 0, answer: 'refused' },
  ])
  assert.equal(value(history, 'requested'), 8)
  assert.equal(value(history, 'availability'), (100 * 3) / 8)
})

test('completed ÷ requested counts orders that have all that they should have', () => {
  const unconfirmed = { ...served(0, 10), notifiedMs: undefined }
  const history = historyOf([served(0, 10), unconfirmed, served(0, 1_500), { atMs: 0, answer: 'refused' }])
  assert.equal(value(history, 'completed ÷ requested'), 50)
})

test('an attempt without an answer counts at its deadline, and the percentile says at least', () => {
  const history = historyOf(
    many(200, index => (index % 10 === 0 ? { atMs: index, answer: 'deadline' } : served(index, 20))),
    { deadlineMs: 2_000 },
  )
  assert.deepEqual([value(history, 'accepted p50'), measure(history, 'accepted p50').atLeast], [20, undefined])
  const max = measure(history, 'accepted max')
  assert.deepEqual([max.value, max.atLeast], [2_000, true])
})

test('a percentile without ten samples beyond it is not shown, and says why', () => {
  const history = historyOf(many(100, index => served(index, 20)))
  const p99 = measure(history, 'accepted p99')
  assert.equal(p99.value, null)
  assert.ok(p99.note)
  assert.equal(value(history, 'accepted p90'), 20)
})

test('an order that never completed counts until the end of the history, as at least', () => {
  const stuck: SampleTimeline = { atMs: 0, answer: '202', answeredMs: 5, placedMs: 1 }
  const history = historyOf([...many(50, index => served(index, 10)), stuck, served(4_000, 1_000)])
  const max = measure(history, 'completed max')
  assert.deepEqual([max.value, max.atLeast], [5_000, true])
})

test('completed latency is void when the clocks differ', () => {
  const history = { ...historyOf(many(50, index => served(index, 10))), clocksAgree: false }
  assert.deepEqual(
    [value(history, 'completed p50'), measure(history, 'completed p50').note],
    [null, 'the clocks differ'],
  )
  assert.equal(value(history, 'accepted p50'), 10)
})

test('answers are counted by status and code', () => {
  const refusal: SampleTimeline = { atMs: 0, answer: '503 inventory-unavailable', answeredMs: 1 }
  const history = historyOf([served(0, 9), refusal, refusal, { atMs: 0, answer: 'deadline' }])
  assert.equal(value(history, 'answers 201'), 1)
  assert.equal(value(history, 'answers 503 inventory-unavailable'), 2)
  assert.equal(value(history, 'answers deadline'), 1)
})

test('the backlog is placed minus decided at each stamp, warm-up included', () => {
  const timeline = (placedMs: number, decidedMs?: number): SampleTimeline => ({
    atMs: placedMs,
    answer: '202',
    answeredMs: placedMs,
    placedMs,
    decidedMs,
    outcome: decidedMs === undefined ? undefined : 'reserved',
  })
  const history = historyOf([timeline(0, 4_000), timeline(1_000, 2_000), timeline(1_500, 4_000), timeline(3_000)], {
    warmUpOrders: 1,
  })
  assert.deepEqual(
    [...backlog(history)],
    [
      [0, 1],
      [1, 2],
      [1.5, 3],
      [2, 2],
      [3, 3],
      [4, 2],
      [4, 1],
    ],
  )
  assert.equal(value(history, 'peak backlog'), 3)
})

test('an order that is decided in the moment in which it is placed is never below an empty backlog', () => {
  const history = historyOf([{ ...served(0, 10), placedMs: 6, decidedMs: 5 }])
  assert.deepEqual(
    [...backlog(history)].map(([, depth]) => depth),
    [1, 0],
  )
})

test('warm-up orders are in no measure', () => {
  const history = historyOf([served(0, 1_800), served(10, 20)], { warmUpOrders: 1 })
  assert.equal(value(history, 'requested'), 1)
  assert.equal(value(history, 'accepted max'), 20)
})

test('a curve shows the backlog, and beside it each depth that the broker named', () => {
  const history = historyOf([served(0, 10)])
  history.samples.push({ atNs: ns(500), depths: { orders: 3 } }, { atNs: ns(1_000), depths: { orders: 0, results: 1 } })
  const curves = seriesOf('steady', history)
  assert.deepEqual(
    curves.map(({ name }) => name),
    ['backlog', 'orders', 'results'],
  )
  assert.deepEqual(curves[1]?.points, [
    [0.5, 3],
    [1, 0],
  ])
})

test('a mark lasts from what began it to what ended it', () => {
  const history = historyOf([])
  const act = (action: string, atMs: number, target = 'inventory_service') =>
    history.executedSteps.push({ atNs: ns(atMs), doneNs: ns(atMs + 500), action: action, target })
  act('kill', 1_000)
  act('start', 2_000, 'order_service')
  act('start', 3_000)
  act('kill', 4_000)
  const spans = marksOf({ name: 'steady' }, history).map(({ label, fromSeconds, toSeconds }) => [
    label,
    fromSeconds,
    toSeconds,
  ])
  assert.deepEqual(spans, [
    ['kill inventory_service', 1, 3.5],
    ['start order_service', 2, undefined],
    ['start inventory_service', 3, undefined],
    ['kill inventory_service', 4, undefined],
  ])
  const named = marksOf({ name: 'steady', spans: [{ label: 'a burst', fromMs: 500, toMs: 1_500 }] }, history)
  assert.deepEqual(named, [{ variant: 'steady', label: 'a burst', fromSeconds: 0.5, toSeconds: 1.5 }])
})

test('a refusal is answered and not accepted, an order that a fault made fail is not completed, and a repeat is not measured', () => {
  const history = historyOf([
    served(0, 20),
    {
      atMs: 100,
      answer: '503 inventory-unavailable',
      answeredMs: 101,
      placedMs: 100,
      orderRow: { status: 'failed', reason: 'inventory-unavailable', decidedMs: 101 },
    },
  ])
  const [first = assert.fail()] = history.attempts
  history.attempts.push({ ...first, attempt: 2, plannedNs: ns(300), startedNs: ns(300), answeredNs: ns(301) })
  const of = (name: string) => standardMeasures(history).find(measure => measure.name === name)?.value
  assert.equal(of('completed min'), 19)
  assert.deepEqual([of('accepted min'), of('accepted max')], [20, 20])
  assert.deepEqual([of('answered min'), of('answered max')], [1, 20])
  assert.equal(of('completed ÷ requested'), 50)
})

test('a generator that is a little late voids latencies, and nothing else', () => {
  const history = historyOf(many(1_100, index => served(index, 10)))
  const startLate = (lateMs: number) => {
    for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + lateMs * 1e6
  }
  startLate(1.2)
  assert.deepEqual([value(history, 'accepted p50'), measure(history, 'accepted p50').note], [null, 'generator-bound'])
  assert.equal(value(history, 'availability'), 100)
  startLate(0.9)
  assert.equal(value(history, 'accepted p50'), 10)
})

test('a generator that is so late that it is another load voids shares in time and depths too, and no count', () => {
  const history = historyOf(many(1_100, index => served(index, 10)))
  for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + 250e6
  for (const name of ['availability', 'peak backlog'])
    assert.deepEqual([value(history, name), measure(history, name).note], [null, 'generator-bound'], name)
  assert.deepEqual([value(history, 'requested'), value(history, 'completed ÷ requested')], [1_100, 100])
})

test('a sentence with a measure that has no value is not said', () => {
  assert.deepEqual(sentence`half within ${ms({ value: 4.2 })} of ${count({ value: 12_000 })}`, [
    'half within 4.20 ms of 12,000',
  ])
  assert.deepEqual(sentence`half within ${ms({ value: null })} of ${count({ value: 12_000 })}`, [])
  assert.deepEqual(sentence`${count({ value: null })} were lost`, [])
})

test('a late generator voids a median also where there are too few samples for a p99', () => {
  const history = historyOf(many(200, index => served(index, 10)))
  for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + 3e6
  assert.match(measure(history, 'accepted p99').note ?? '', /ten are needed/)
  assert.deepEqual([value(history, 'accepted p50'), measure(history, 'accepted p50').note], [null, 'generator-bound'])
})

test('a median is judged by what late starts made of it, however long a fault makes the tail', () => {
  const history = historyOf(many(1_100, index => served(index, index % 20 === 0 ? 1_500 : 45)))
  const startLate = (lateMs: number) => {
    for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + lateMs * 1e6
  }
  startLate(40)
  assert.equal(measure(history, 'accepted p50').note, 'generator-bound')
  startLate(2)
  assert.equal(value(history, 'accepted p50'), 45)
})

test('late starts that make a p99 void it, in the table and in the picture, and leave the median', () => {
  const history = historyOf(many(1_100, index => served(index, index % 20 === 0 ? 45 : 10)))
  for (const [index, attempt] of history.attempts.entries())
    if (index % 20 === 0) attempt.startedNs = attempt.plannedNs + 30e6
  const note = (name: string) => measure(history, name).note
  assert.deepEqual([value(history, 'accepted p50'), note('accepted p99')], [10, GENERATOR_BOUND])
  assert.equal(note('accepted uncorrected p99'), GENERATOR_BOUND, 'with the figure beside which it stands')
  assert.equal(acceptedVoidBecause(history), GENERATOR_BOUND)
  const [accepted] = quantilesOf('one', history)
  assert.equal(accepted?.points.at(-1)?.[0], 0.95)
})

test('starts that are late beyond another load void every latency, also one that they hardly made', () => {
  const history = historyOf(many(1_100, index => served(index, 10)))
  for (const [index, attempt] of history.attempts.entries())
    if (index % 33 === 0) attempt.startedNs = attempt.plannedNs + 300e6
  assert.equal(measure(history, 'accepted p50').note, GENERATOR_BOUND)
})

test('a generator that was late on a busy machine is told as late, and is worth another try; where there are no samples nothing is void', () => {
  const history = historyOf(many(1_100, index => served(index, 10)))
  history.machine = { idleShare: 0.02 }
  assert.equal(measure(history, 'accepted p50').note, MACHINE_BUSY)
  for (const attempt of history.attempts) attempt.startedNs = attempt.plannedNs + 3e6
  assert.deepEqual(
    [measure(history, 'accepted p50').note, acceptedVoidBecause(history)],
    [GENERATOR_BOUND, GENERATOR_BOUND],
  )
  const none = { ...historyOf([]), machine: { idleShare: 0.02 } }
  assert.match(measure(none, 'accepted p50').note ?? '', /^0 of 0 samples/)
})

test('where attempts waited for a socket latencies are void, because it is unknown how late they were sent', () => {
  const history = historyOf(many(50, index => served(index, 10)))
  history.generator.connections.saturated = true
  assert.equal(measure(history, 'accepted p50').note, 'generator-bound')
  assert.equal(value(history, 'availability'), 100)
})

test('a late start in the warm-up voids nothing, and a latency that dwarfs the lateness stands', () => {
  const history = historyOf(
    many(2_200, index => served(index, index < 1_100 ? 10 : 100)),
    { warmUpOrders: 1_100 },
  )
  for (const attempt of history.attempts.slice(0, 1_100)) attempt.startedNs = attempt.plannedNs + 50e6
  for (const attempt of history.attempts.slice(1_100)) attempt.startedNs = attempt.plannedNs + 3e6
  assert.equal(value(history, 'accepted p50'), 100)
})

test('who can wait longer counts answers and outcomes that come later, and an outcome that is not as planned never', () => {
  const history = historyOf([
    served(0, 500),
    served(10, 2_000),
    { atMs: 20, answer: '202', answeredMs: 30, placedMs: 25, decidedMs: 4_020, outcome: 'reserved', notifiedMs: 4_021 },
    {
      atMs: 30,
      answer: '504 deadline-passed',
      answeredMs: 40,
      placedMs: 35,
      orderRow: { status: 'failed', decidedMs: 38 },
    },
  ])
  const shares = (...names: string[]) => names.map(name => value(history, name))
  assert.deepEqual(shares('known in 1 s', 'known in 3 s', 'known in 5 s'), [25, 50, 75])
  assert.deepEqual(shares('availability', 'availability in 3 s', 'availability in 5 s'), [50, 75, 75])
})

test('times and rates are void where the lab was paused, and what was counted stays', () => {
  const measures = [
    { name: 'restart time', unit: 'ms', value: 5, atLeast: true },
    { name: 'drain rate', unit: 'orders/s', value: 6 },
    { name: 'lost', unit: 'orders', value: 0 },
  ]
  assert.deepEqual(unlessPaused(emptyHistory({}), measures), measures)
  const labPauses = [{ fromNs: 1, toNs: 2e9 }]
  assert.deepEqual(unlessPaused({ ...emptyHistory({}), labPauses }, measures), [
    { name: 'restart time', unit: 'ms', value: null, note: 'the lab was paused' },
    { name: 'drain rate', unit: 'orders/s', value: null, note: 'the lab was paused' },
    { name: 'lost', unit: 'orders', value: 0 },
  ])
})

test('latencies are void on a machine that was hardly ever idle, and rates and shares are not; unknown voids nothing', () => {
  const load = historyOf(many(1_000, index => served(10 * index, 5)))
  const at = (machine: History['machine']) =>
    ['accepted p50', 'known p50', 'completed p99', 'availability', 'machine idle'].map(name => {
      const { value, note } = measure({ ...load, machine }, name)
      return note ?? value
    })
  assert.deepEqual(at({ idleShare: 0.125 }), ['machine busy', 'machine busy', 'machine busy', 100, 12.5])
  assert.deepEqual(at({ idleShare: 0.25 }), [5, 5, 4, 100, 25])
  assert.deepEqual(at({ unknown: 'no idea' }), [5, 5, 4, 100, 'no idea'])
})

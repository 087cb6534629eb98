import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import { test } from 'node:test'
import type { Beyond, CapacityFile, ModelCapacity, Probe } from './capacity-file.ts'
import { CAPACITY_FORMAT } from './capacity-file.ts'
import { capacityPage, capacityPicture } from './page.ts'
import { fileOf } from '../report/charts/picture.ts'
import { assertFits, assertWhole } from '../testing/assert-width.ts'
import { beyondText, capacityText, PROBE_HEADS, probeCells, probeLine, sentenceOf } from './text.ts'

const figure = (ms: number) => ({ ms, atLeast: false, atMost: false })
const latency = (p50: number, p99: number) => ({ p50: figure(p50), p99: figure(p99) })

const probeAt = (ordersPerSecond: number, others: Partial<Probe> = {}): Probe => ({
  ordersPerSecond,
  measuredSeconds: 5,
  length: 'short',
  verdict: 'sustained',
  reasons: [],
  isMarginal: false,
  requested: 5 * ordersPerSecond,
  notServed: 0,
  latencies: { accepted: latency(2, 9), known: latency(2.5, 12), completed: latency(3, 14) },
  spread: { knownP50: { least: 2, most: 4 }, knownP99: null },
  backlog: { slope: { perSecond: 0.2, low: -0.8, high: 1.2 }, peak: 17 },
  machineIdleShare: 0.4,
  othersCores: 0,
  generatorCpuShare: 0.2,
  startLatenessP99Ms: 0.4,
  limiter: null,
  checks: [],
  budget: null,
  history: 'x.history.zst',
  ...others,
})

const limiter = {
  resource: 'CPU of order_service (one thread)',
  sentence: 'limited by the CPU of order_service (one thread): its thread was busy 97 % of the time',
  utilizations: [
    { resource: 'CPU of order_service (one thread)', share: 0.97, detail: 'its event loop was busy', limits: true },
    { resource: 'CPU of the machine', share: 0.8, detail: '2 cores', limits: false },
  ],
}
const failing = probeAt(1_310, {
  verdict: 'not sustained',
  reasons: ['the backlog grows by 41 [35, 47] orders a second'],
  backlog: { slope: { perSecond: 41, low: 35, high: 47 }, peak: 290 },
  limiter,
})

const found: ModelCapacity = {
  model: 'sync-rest',
  configuration: 'as it <stands>',
  durability: 'on a disk',
  verdict: 'valid',
  ended: 'found',
  sustained: 1_230,
  notSustained: 1_310,
  isConfirmed: true,
  limiter,
  probes: [probeAt(200), failing, probeAt(1_230), probeAt(1_230, { length: 'long' })],
  beyond: null,
  seconds: 140,
}

const fileWith = (...results: ModelCapacity[]): CapacityFile => ({
  format: CAPACITY_FORMAT,
  run: '20260101-000000-beef',
  lab: '0.1.0',
  startedAt: '2026-01-01T00:00:00.000Z',
  seed: 1,
  budget: 'known p99 < 250 ms',
  mostSeconds: 180,
  machine: { system: 'linux', cpu: 'a cpu', cores: 2, memoryGb: 8, node: 'v24' },
  brokers: {},
  results,
  seconds: 150,
})

test('one sentence says the rate, the least that fails and why, and what limits', () => {
  assert.equal(
    sentenceOf(found, 2),
    'sync-rest sustains 1,230 orders a second (fails at 1,310: the backlog grows by 41 [35, 47] orders a second); limited by the CPU of order_service (one thread): its thread was busy 97 % of the time.',
  )
})

test('the sentence says what is not certain: time, a missing upper end, other programs, a defect, a failure', () => {
  const sentence = (others: Partial<ModelCapacity>) => sentenceOf({ ...found, ...others }, 2)
  assert.match(sentence({ ended: 'time', isConfirmed: false }), /There was no time to confirm it by a long probe\.$/)
  assert.match(sentence({ notSustained: null, limiter: null, ended: 'time' }), /sustains at least 1,230 orders/)
  assert.match(sentence({ sustained: null, ended: 'too-slow' }), /no rate was found that it sustains, down to five/)
  const disturbed = [{ ...failing, othersCores: 0.8 }]
  assert.match(sentence({ probes: disturbed }), / Other programs took 0\.8 of 2 cores meanwhile/)
  const broken = probeAt(400, { verdict: 'defect', reasons: ['lost is invalid: order-1 is nowhere'] })
  assert.match(
    sentence({ ended: 'defect', probes: [broken] }),
    /^sync-rest is broken at 400 orders a second, which is a defect and no limit: lost is invalid: order-1/,
  )
  assert.match(sentence({ failure: 'no broker' }), /could not be measured to the end: no broker/)
})

test('every probe is a row with its verdict, by rate, and the utilizations say how the limit is known', () => {
  const text = stripVTControlCharacters(capacityText(fileWith(found), 'runs/x/capacity.json', 120))
  const rates = [...text.matchAll(/^│ +([\d,]+) │ +5 │ [✔✘] (not sustained|sustained)/gm)].map(([, rate]) => rate)
  assert.deepEqual(rates, ['200', '1,230', '1,230', '1,310'])
  assert.match(text, /│ CPU of order_service \(one thread\) +│ +97 % │/)
  assert.match(text, /^✔ valid: sync-rest sustains 1,230/m)
  assert.match(text, /Budget: known p99 < 250 ms\. Seed 1\. Results: runs\/x\/capacity\.json$/)
  assert.ok(text.split('\n').every(line => line.startsWith('✔') || line.length <= 120))
})

for (const width of [80, 100])
  test(`the tables of a search are no wider than ${width} columns, and no word of them is broken`, () => {
    const lines = stripVTControlCharacters(capacityText(fileWith(found), 'runs/x/capacity.json', width)).split('\n')
    const tables = lines.filter(line => /^[│┌├└]/.test(line)).join('\n')
    assertFits(tables, width)
    const limits = limiter.utilizations.flatMap(({ resource, detail }) => [resource, detail])
    assertWhole(tables, [...PROBE_HEADS, ...found.probes.flatMap(probeCells), ...limits])
  })

test('a line of progress says why a rate is not sustained', () => {
  assert.equal(
    probeLine('sync-rest', failing),
    'sync-rest: 1,310 orders a second: ✘ not sustained: the backlog grows by 41 [35, 47] orders a second (known p50 2.50 ms, p99 12.0 ms)',
  )
})

const beyond: Beyond = {
  probe: probeAt(1_845, {
    length: 'beyond',
    verdict: 'not sustained',
    measuredSeconds: 30,
    requested: 55_350,
    notServed: 18_000,
  }),
  shedShare: 0.3,
  recoverySeconds: 0.42,
}

test('beyond the capacity it says who is turned away, how many waited, when all was decided, and whether it is sound', () => {
  assert.equal(
    beyondText('sync-rest', beyond),
    'Beyond: sync-rest at 1,845 orders a second for 30 s: it turned 30 % away at once (503 with Retry-After), and did not serve 1,395 others; at most 17 orders waited; the last order was decided 0.4 s after the load; no check is invalid.',
  )
  const broken = { ...beyond.probe, checks: [{ name: 'lost', verdict: 'invalid' as const, detail: 'order-1' }] }
  assert.match(
    beyondText('sync-rest', { ...beyond, probe: broken, shedShare: 0, recoverySeconds: null }),
    /turned nobody away.+not every order was decided in time; invalid: lost \(order-1\)\.$/,
  )
})

test('picture and page show all models, and no text of a model becomes markup', () => {
  const file = fileWith({ ...found, beyond }, { ...found, model: 'async-rabbitmq', sustained: null, probes: [] })
  const picture = fileOf(capacityPicture(file))
  assert.match(picture, /Sustained at most: sync-rest 1,230 \(valid\), async-rabbitmq: none found\./)
  assert.ok(!picture.includes('1,845'), 'what is beyond the knee is not drawn')
  const page = capacityPage(file)
  assert.match(page, /as it &lt;stands&gt;/)
  assert.doesNotMatch(page, /as it <stands>|NaN/)
  assert.match(page, /data-figure="capacity"/)
})

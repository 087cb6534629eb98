import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Orders } from '#engine/run/summary.ts'
import { sampleOrders } from '../../testing/sample-comparison.ts'
import { answerClass } from './answers-panel.ts'
import { apart } from './labels.ts'
import { markup } from './markup.ts'
import { scatter } from './path.ts'
import { fileOf, type Picture } from './picture.ts'
import { pngOf } from './png.ts'
import { linear, logarithmic } from './scale.ts'
import { type Group, timeFigure } from './time-figure.ts'

const from = { id: 'x', title: 'A < B', description: 'What to see.' }
const { orders, backlog } = sampleOrders('sync-rest', 'one', 'x', 1)
const marks = [{ variant: 'one', label: 'kill b', fromSeconds: 10, toSeconds: 20 }]
const group: Group = { name: 'sync-rest: one', about: '', accent: 'accent-rest', marks, orders, curves: [backlog] }
const drawn = (given: Partial<Group>): Picture => timeFigure(from, [{ ...group, ...given }])

test('text is escaped, in an attribute too, and only markup is not', () => {
  const escaped = markup`<a title="${'"<&'}">${markup`<b>${1.26}</b>`}${[undefined, false, "'"]}</a>`
  assert.equal(escaped.markup, '<a title="&quot;&lt;&amp;"><b>1.3</b>&#39;</a>')
})

test('a scale without extent is widened', () => {
  const range = { from: 0, to: 100 }
  assert.deepEqual(
    linear(0, range).ticks.map(({ label }) => label),
    ['0', '0.5', '1'],
  )
  assert.deepEqual(
    linear(43, range).ticks.map(({ value }) => value),
    [0, 10, 20, 30, 40],
  )
  assert.deepEqual(
    logarithmic([], range).ticks.map(({ label }) => label),
    ['1 ms', '10 ms', '100 ms', '1 s'],
  )
  assert.deepEqual(
    logarithmic([4, 12_000], range).ticks.map(({ label }) => label),
    ['10 ms', '100 ms', '1 s', '10 s'],
  )
  assert.ok(logarithmic([0], range).at(0) >= 0)
})

test('thousands of points are one element, each at its tenth of a pixel, and equal ones are drawn once', () => {
  assert.equal(
    scatter(
      [
        [1, 2],
        [1.04, 2],
        [3, 1.5],
      ],
      'dot',
      'a',
    ).markup,
    '<path class="a" transform="scale(.1)" d="m10 20h0m20-5h0"/>',
  )
  assert.equal(
    scatter(
      [
        [1, 5],
        [2, 5],
      ],
      'upright',
      'a',
    ).markup,
    '<path class="a" transform="scale(.1)" d="m10 22v56m10-56v56"/>',
  )
  assert.equal(scatter([], 'dot', 'a').markup, '')
})

test('overlapping labels are moved apart, and stay in their panel', () => {
  const moved = apart([{ y: 50 }, { y: 51 }, { y: 100 }], 0, 100).map(({ y }) => y)
  assert.deepEqual(moved, [50, 64, 100])
  assert.deepEqual(
    apart([{ y: 99 }, { y: 100 }], 0, 100).map(({ y }) => y),
    [86, 100],
  )
})

test('orders without an answer and orders that were never completed are in the picture, and counted', () => {
  const silent = orders.points?.filter(([, accepted]) => accepted === null).length ?? 0
  const open = orders.points?.filter(([, , completed]) => completed === null).length ?? 0
  assert.ok(silent > 10 && open > silent)
  const text = fileOf(drawn({}))
  assert.ok(text.includes(`>${silent} no answer<`) && text.includes(`>${open} not completed<`))
  assert.match(text, /class="missing"/)
  const refused = orders.points?.filter(([, accepted, , kind]) => accepted !== null && kind === 2).length ?? 0
  assert.ok(refused > 100 && text.includes(`>turned away ${refused}<`))
  assert.ok(text.length < 60_000, `${text.length} bytes`)
})

test('where the clocks differ no order is drawn as not completed', () => {
  const points = orders.points?.map(([at, accepted, , kind]): NonNullable<Orders['points']>[number] => [
    at,
    accepted,
    null,
    kind,
  ])
  const stampless: Orders = { ...orders, ...(points && { points }) }
  const text = fileOf(drawn({ orders: stampless, completionUnknown: true }))
  assert.match(text, />completion unknown: the clocks differ</)
  assert.doesNotMatch(text, /not completed/)
  assert.match(fileOf(drawn({ orders: stampless })), />2,000 not completed</)
})

test('more than 2,000 orders are boxes, and what has no answer is counted there too', () => {
  type Boxes = [number, number, number][]
  const [accepted, completed]: [Boxes, Boxes] = [[[0, 3, 2_500]], [[0, 9, 2_400]]]
  const density = { secondsPerColumn: 1, rowsPerDecade: 8, accepted, completed }
  const { variant, kinds, answers } = orders
  const many: Orders = { variant, kinds, answers, density }
  const text = fileOf(drawn({ orders: many }))
  assert.match(text, /class="density"/)
  assert.match(text, />answered 2,500</)
  assert.match(text, /\d+ no answer</)
  const few = { ...many, density: { ...density, completed: [] } }
  assert.match(fileOf(drawn({ orders: few })), />2,000 not completed, time unknown</)
  assert.doesNotMatch(text, /class="accepted"/)
})

test('a fault is a band with a sentence that says its times; the step that ends it has no mark', () => {
  const heal = { variant: 'one', label: 'start b', fromSeconds: 19.8 }
  const seen = { variant: 'one', label: 'read c', fromSeconds: 30 }
  const text = fileOf(drawn({ marks: [...marks, heal, seen, seen] }))
  assert.match(text, /class="band"><rect [^>]+\/><path [^>]+\/><\/g>.*>B killed at 10 s, back at 20 s</)
  assert.match(text, /class="mark">.*>C asked, 2 times from 30 to 30 s</)
  assert.doesNotMatch(text, /start b/)
})

test('steps that lie close together are one sentence, and a service has the name that a reader knows', () => {
  const step = (label: string, fromSeconds: number) => ({ variant: 'one', label, fromSeconds })
  const close = [
    { ...step('kill analytics_consumer', 10.23), toSeconds: 16.8 },
    step('wipe analytics_consumer', 10.25),
    step('reset-offsets broker', 10.26),
    step('inventory_service takes 2 s', 30),
  ]
  const text = fileOf(drawn({ marks: close }))
  assert.match(text, />Analytics killed, its store deleted, offsets reset at 10.2 s, back at 16.8 s</)
  assert.match(text, />Inventory takes 2 s at 30 s</)
  assert.equal(text.match(/class="strong said"/g)?.length, 2)
})

test('a sample before the load, or below zero, is drawn at the edge of its panel', () => {
  const curve = {
    ...backlog,
    name: 'queue',
    points: [
      [-3, -40],
      [2, 8],
    ] as [number, number][],
  }
  const paths = [...fileOf(drawn({ curves: [curve] })).matchAll(/class="line dash-0" d="M([\d.-]+) ([\d.-]+)H/g)]
  const bottom = /panel-curves">.*?d="M\d+ ([\d.]+)H/.exec(fileOf(drawn({ curves: [curve] })))?.[1]
  assert.deepEqual(
    paths.map(([, x, y]) => [x, y]),
    [['58', bottom]],
  )
})

test('curves that are zero throughout are one line of text', () => {
  const zero = {
    ...backlog,
    points: [
      [0, 0],
      [20, 0],
    ] as [number, number][],
  }
  const text = fileOf(drawn({ curves: [zero] }))
  assert.match(text, />waiting orders: 0 throughout</)
  assert.doesNotMatch(text, /class="line/)
})

test('the number at a curve of times is formatted as a time', () => {
  const oldest = { ...backlog, name: 'oldest', unit: 'ms', points: [[1, 4_382.8]] as [number, number][] }
  assert.match(fileOf(drawn({ curves: [oldest] })), />4\.38 s oldest</)
})

test('a picture is the same bytes each time, and a PNG has its text drawn', () => {
  assert.equal(fileOf(drawn({})), fileOf(drawn({})))
  assert.match(fileOf(drawn({})), /<title id="x-title">A &lt; B<\/title><desc id="x-about">What to see\.<\/desc>/)
  const small = { ...drawn({}), body: markup`<text x="9" y="20">some words</text>` }
  assert.ok(pngOf(small).length > pngOf({ ...small, body: markup`` }).length + 300, 'text left no pixels')
  assert.deepEqual(pngOf(small), pngOf(small))
})

test('every answer has a class, and an attempt without a status counts as no answer', () => {
  assert.deepEqual(['201', '409 out-of-stock', '400', '503 x', '502', '504 y', 'deadline', 'reset'].map(answerClass), [
    'good',
    'rightly',
    'client',
    'refused',
    'server',
    'late',
    'silent',
    'silent',
  ])
})

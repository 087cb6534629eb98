import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CapacityCurve, capacityFigure } from './capacity-figure.ts'
import { fileOf } from './picture.ts'
import { pngOf } from './png.ts'

const from = { id: 'capacity', title: 'Rate < capacity', description: 'Three models.' }
const curve = (model: string, accent: string, capacity: number | null): CapacityCurve => ({
  model,
  accent,
  p50: [
    { rate: 400, ms: 5, least: 4, most: 9 },
    { rate: 200, ms: 2, least: 1.5, most: 3 },
    { rate: 400, ms: 7 },
  ],
  p99: [{ rate: 200, ms: 40 }],
  capacity,
  verdict: 'unknown',
})
const curves = [
  curve('sync-rest', 'accent-rest', 400),
  curve('async-rabbitmq', 'accent-rabbitmq', 380),
  curve('streaming-kafka', 'accent-kafka', null),
]

test('every probe is a dot, every spread a bar, and each capacity a line with its number', () => {
  const { markup } = capacityFigure(from, curves).body
  assert.equal(markup.match(/<circle/g)?.length, 12)
  assert.equal(markup.match(/class="line thin"/g)?.length, 6)
  assert.equal(markup.match(/<g class="mark/g)?.length, 2)
  for (const text of ['>? 400<', '>? 380<', '>sync-rest p50<', '>streaming-kafka p99<', '>orders a second<'])
    assert.ok(markup.includes(text), text)
})

test('a line has one point for each rate, in the sequence of rates, though one was probed twice', () => {
  const { markup } = capacityFigure(from, curves.slice(0, 1)).body
  const [, d = ''] = /class="line dash-0" d="(M[^"]+)"/.exec(markup) ?? []
  const [first = 0, second = 0, ...more] = [...d.matchAll(/[ML]([\d.]+)/g)].map(([, x]) => Number(x))
  assert.ok(first < second)
  assert.deepEqual(more, [])
})

test('a picture of nothing has its axes, and no position that is no number', () => {
  const nothing = capacityFigure(from, [
    { model: 'x', accent: 'accent-other', p50: [], p99: [], capacity: null, verdict: 'unknown' },
  ])
  assert.doesNotMatch(fileOf(nothing), /NaN|Infinity/)
  assert.ok(pngOf(capacityFigure(from, curves)).length > 10_000)
})

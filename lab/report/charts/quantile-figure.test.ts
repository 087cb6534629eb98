import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileOf } from './picture.ts'
import { quantileFigure } from './quantile-figure.ts'

const from = { id: 'x', title: 'x', description: 'What to see.' }

test('latency by share has a line for each repetition, the area between them, and each name once in a row', () => {
  const run = (ms: number): [number, number, 0][] => [
    [0.5, ms, 0],
    [0.9, ms * 2, 0],
  ]
  const cell = {
    name: 'at 20/s',
    strands: [{ name: 'sync-rest', accent: 'accent-rest', dash: 0, runs: [run(5), run(6)] }],
  }
  const text = fileOf(quantileFigure(from, [[cell, cell]]))
  assert.equal([...text.matchAll(/class="line thin dash-0"/g)].length, 4)
  assert.equal([...text.matchAll(/class="area"/g)].length, 2)
  assert.equal([...text.matchAll(/>sync-rest</g)].length, 1)
})

test('a latency that is void is named where its line would be, and the line of the panel before keeps its name', () => {
  const strand = { name: 'sync-rest', accent: 'accent-rest', dash: 0 }
  const points: [number, number, 0 | 1][] = [
    [0, 1, 0],
    [0.9, 4, 0],
  ]
  const row = [
    { name: 'accepted', strands: [{ ...strand, runs: [points] }] },
    { name: 'completed', strands: [{ ...strand, runs: [] }] },
  ]
  const text = fileOf(quantileFigure(from, [row]))
  assert.equal([...text.matchAll(/>sync-rest</g)].length, 1)
  assert.equal([...text.matchAll(/>sync-rest: void</g)].length, 1)
})

test('a line has a gap where a share is void', () => {
  const strand = { name: 'sync-rest', accent: 'accent-rest', dash: 0 }
  const linesOf = (...shares: number[]) => {
    const runs = [shares.map((share): [number, number, 0] => [share, 1 + share, 0])]
    const text = fileOf(quantileFigure(from, [[{ name: 'accepted', strands: [{ ...strand, runs }] }]]))
    const [, d = ''] = /class="line dash-0" d="([^"]+)"/.exec(text) ?? []
    return d.split('M').length - 1
  }
  assert.deepEqual([linesOf(0.5, 0.6, 0.7, 0.8), linesOf(0.5, 0.6, 0.8, 0.85)], [1, 2])
})

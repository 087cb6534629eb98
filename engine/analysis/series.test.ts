import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thinned } from './series.ts'

test('a thinned curve reaches every peak, however short, and is level where nothing changes', () => {
  const changes: [number, number][] = [
    [0.01, 1],
    [0.02, 43],
    [0.03, 0],
    [0.3, 2],
    [1.1, 1],
    [1.2, 0],
  ]
  assert.deepEqual(thinned(changes), [
    [0, 43],
    [0.25, 2],
    [0.5, 2],
    [1, 2],
    [1.25, 0],
  ])
})

test('a step begins with what was there before it', () => {
  assert.deepEqual(
    thinned([
      [0.2, 7],
      [0.26, 6],
      [0.27, 0],
    ]),
    [
      [0, 7],
      [0.25, 7],
      [0.5, 0],
    ],
  )
})

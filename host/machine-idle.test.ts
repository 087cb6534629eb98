import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { watchIdle } from './machine-idle.ts'

test('the idle share is of the time since it was watched; without new ticks, or without any, it is unknown', () => {
  const readings = [
    { idle: 100, all: 1_000 },
    { idle: 130, all: 1_200 },
    { idle: 130, all: 1_000 },
  ]
  const idle = watchIdle(() => readings.shift())
  assert.equal(idle(), 0.15)
  assert.equal(idle(), undefined, 'no time has passed')
  assert.equal(idle(), undefined, 'nothing can be read')
})

test('this machine has been idle for a share of the time, where it says so', async () => {
  const idle = watchIdle()
  const untilMs = performance.now() + 100
  while (performance.now() < untilMs) Math.random()
  const share = idle()
  if (existsSync('/proc/stat')) assert.ok(share !== undefined && share >= 0 && share < 1, `${share}`)
  else assert.equal(share, undefined)
})

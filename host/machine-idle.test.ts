import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { waitFor } from './wait-for.ts'
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
  if (!existsSync('/proc/stat')) return assert.equal(idle(), undefined)
  const known = () => [idle()].filter(share => share !== undefined)
  // The kernel counts ticks of a hundredth of a second.
  const [share = -1] = await waitFor(() => (known().length > 0 ? known() : undefined), {
    deadlineMs: 10_000,
    everyMs: 10,
    what: 'the next tick',
  })
  assert.ok(share >= 0 && share <= 1, `${share}`)
})

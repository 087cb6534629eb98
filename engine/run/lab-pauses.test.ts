import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchPauses } from './lab-pauses.ts'

const seconds = (count: number) => count * 1e9

test('a pause of the lab of more than a second is noticed, also one that has just ended, a late timer is none, and what comes after is none', t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let atNs = seconds(100)
  const watch = watchPauses(() => atNs)
  const goOn = (ns: number) => {
    atNs += ns
    t.mock.timers.tick(200)
  }
  goOn(2e8)
  goOn(9e8)
  goOn(seconds(3))
  goOn(2e8)
  atNs += seconds(5)
  const found = watch.finish()
  goOn(seconds(5))
  watch.stop()
  assert.deepEqual(found, [
    { fromNs: seconds(101.1), toNs: seconds(104.1) },
    { fromNs: seconds(104.3), toNs: seconds(109.3) },
  ])
})

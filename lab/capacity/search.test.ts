import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockMeans, BLOCKS, slopeOf, trendOf } from '#engine/capacity/slope.ts'
import { arriveAs } from '#engine/load/plan.ts'
import { seededRandom } from '#engine/load/random.ts'
import { measuredSeconds, measuredWindow, startsOf } from './load.ts'
import { type Found, type Length, type Outcome, type Search, searchCapacity } from './search.ts'

/** What a probe takes beyond its load. */
const AROUND = 4

/** A clock that moves by what probes take. */
const clock = () => {
  let seconds = 0
  return { now: () => seconds, pass: (more: number) => void (seconds += more) }
}

type Service = (random: () => number, capacity: number) => number
const SERVICES: Record<string, Service> = {
  'an M/M/1 queue': (random, capacity) => -Math.log(1 - random()) / capacity,
  'a server of a fixed rate': (_, capacity) => 1 / capacity,
}

/** Orders come as a Poisson process to one server, from a seed. */
function simulated(service: Service, capacity: number, seed: number) {
  const time = clock()
  let nth = 0
  const probe = async (ordersPerSecond: number, length: Length): Promise<Outcome> => {
    const own = seed * 100 + nth++
    const random = seededRandom(own)
    const seconds = measuredSeconds(ordersPerSecond, length)
    const window = measuredWindow(seconds)
    let free = 0
    const stretches = startsOf(ordersPerSecond, seconds, arriveAs('poisson', own)).map(({ offsetMs }) => {
      const from = offsetMs / 1_000
      free = Math.max(free, from) + service(random.next, capacity)
      return { from, to: free }
    })
    time.pass(window.to + AROUND)
    const slope = slopeOf(blockMeans(stretches, window), seconds / BLOCKS)
    const isFlat = trendOf(slope, ordersPerSecond) === 'flat'
    return { ordersPerSecond, verdict: isFlat ? 'sustained' : 'not sustained', isMarginal: !isFlat }
  }
  return { probe, now: time.now }
}

const search = (probing: Pick<Search<Outcome>, 'probe' | 'now'>, others: Partial<Search<Outcome>> = {}) =>
  searchCapacity({
    startAt: 100,
    mostSeconds: 240,
    expectedSeconds: { short: 12, long: 27 },
    signal: new AbortController().signal,
    ...probing,
    ...others,
  })

for (const [name, service] of Object.entries(SERVICES))
  for (const capacity of [90, 1_370])
    test(`the capacity of ${name} of ${capacity} orders a second is found within a tenth in 19 of 20 seeds`, async t => {
      const found: Found<Outcome>[] = []
      for (let seed = 1; seed <= 20; seed++) found.push(await search(simulated(service, capacity, seed)))
      const ratios = found.map(({ sustained }) => (sustained ?? 0) / capacity)
      t.diagnostic(ratios.map(ratio => ratio.toFixed(3)).join(' '))
      assert.ok(ratios.filter(ratio => Math.abs(ratio - 1) <= 0.1).length >= 19, ratios.join(' '))
      for (const { sustained, notSustained } of found) assert.ok((sustained ?? 0) < (notSustained ?? 0))
    })

/** What is sustained is as planned: no noise. */
function planned(verdictOf: (rate: number, nth: number, length: Length) => Partial<Outcome>, eachSeconds = 10) {
  const time = clock()
  const asked: [number, Length][] = []
  return {
    asked,
    now: time.now,
    async probe(ordersPerSecond: number, length: Length): Promise<Outcome> {
      asked.push([ordersPerSecond, length])
      time.pass(eachSeconds)
      const defaults = { ordersPerSecond, verdict: 'sustained' as const, isMarginal: false }
      return { ...defaults, ...verdictOf(ordersPerSecond, asked.length, length) }
    },
  }
}

const NOT = { verdict: 'not sustained' } as const
const upTo = (most: number) => (rate: number) => (rate > most ? NOT : {})

test('rates are doubled, then bisected until the ends are close, and the greatest that was sustained is probed for long', async () => {
  const probing = planned(upTo(333))
  const { ended, sustained, notSustained, isConfirmed, probes } = await search(probing)
  assert.deepEqual(probing.asked, [
    [100, 'short'],
    [200, 'short'],
    [400, 'short'],
    [283, 'short'],
    [336, 'short'],
    [308, 'short'],
    [322, 'short'],
    [322, 'long'],
  ])
  assert.deepEqual([ended, sustained, notSustained, isConfirmed], ['found', 322, 336, true])
  assert.equal(probes.length, probing.asked.length)
})

test('where the first rate is not sustained, lower ones are tried, down to five a second', async () => {
  const { ended, sustained } = await search(planned(upTo(30)))
  assert.equal(ended, 'found')
  assert.ok(sustained !== null && sustained <= 30 && sustained > 27)
  const nothing = await search(planned(() => NOT))
  assert.deepEqual([nothing.ended, nothing.sustained, nothing.notSustained], ['too-slow', null, 6.25])
})

test('a short probe that noise may have spoiled is repeated once, and both are kept', async () => {
  const spoiled = planned((rate, nth) => (nth === 2 ? { ...NOT, isMarginal: true } : upTo(333)(rate)))
  const { sustained, probes } = await search(spoiled)
  assert.equal(sustained, 322)
  assert.deepEqual(
    probes.slice(1, 3).map(({ ordersPerSecond, verdict }) => [ordersPerSecond, verdict]),
    [
      [200, 'not sustained'],
      [200, 'sustained'],
    ],
  )
  // Clearly too much is not asked again.
  assert.equal(probes.filter(({ ordersPerSecond }) => ordersPerSecond === 400).length, 1)
})

test('where a long probe does not sustain what a short one did, the next is lower, and what was refuted is the upper end', async () => {
  const { ended, sustained, notSustained, isConfirmed } = await search(
    planned((rate, _, length) => upTo(length === 'long' ? 300 : 333)(rate)),
  )
  assert.deepEqual([ended, sustained, notSustained, isConfirmed], ['found', 281, 301, true])
})

test('no probe is begun that would end too late: then the rates are those until then, unconfirmed', async () => {
  const short = planned(upTo(333))
  const few = await search(short, { mostSeconds: 35 })
  assert.deepEqual([few.ended, few.sustained, few.notSustained, few.isConfirmed], ['time', 200, 400, false])
  assert.ok(short.now() <= 35)
  // A long probe is still made where the bracket could not be made narrow.
  const confirmed = await search(planned(upTo(333)), { mostSeconds: 75 })
  assert.deepEqual([confirmed.ended, confirmed.sustained, confirmed.notSustained], ['time', 283, 400])
  assert.ok(confirmed.isConfirmed)
})

test('a defect ends the search at once: it is no limit', async () => {
  const { ended, probes, sustained, notSustained } = await search(
    planned(rate => (rate >= 200 ? { verdict: 'defect' } : {})),
  )
  assert.deepEqual([ended, sustained, notSustained, probes.length], ['defect', 100, null, 2])
})

test('an interrupt leaves what was measured; another error is not swallowed', async () => {
  const interrupt = new AbortController()
  const interrupted = planned((_, nth) => {
    if (nth === 3) {
      interrupt.abort()
      interrupt.signal.throwIfAborted()
    }
    return {}
  })
  const { ended, probes, sustained } = await search(interrupted, { signal: interrupt.signal })
  assert.deepEqual([ended, probes.length, sustained], ['interrupted', 2, 200])
  await assert.rejects(
    search({
      now: () => 0,
      probe: async () => {
        throw new Error('order_service did not start')
      },
    }),
    /did not start/,
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ComparedProfile, Profile } from '#engine/run/summary.ts'
import { arriveAs } from '#engine/load/plan.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { experiments, models } from '../session/registry.ts'
import { cellOf, unsupportedReason } from './cell.ts'
import { scenarios, HEALTHY } from './scenarios.ts'
import { fanOut } from './scenarios/fan-out.ts'
import { payloads } from './scenarios/payloads.ts'
import { requestOf, comparisonOf, DEFAULTS, plan, PUBLISHED, selected } from './plan.ts'

const request = { scenarios, models, ...DEFAULTS.full, externalBrokers: [] }

test('a repetition covers all models before the next one, and each repetition begins with another model', () => {
  const healthy = plan({ ...request, rates: [20] }).filter(({ cell }) => cell.scenario === HEALTHY)
  const rounds = Map.groupBy(healthy, ({ cell }) => cell.repeat)
  assert.deepEqual([...rounds.keys()], [1, 2, 3])
  const firsts = [...rounds.values()].map(([first]) => first?.experiment.model.name)
  assert.deepEqual(
    firsts,
    models.map(({ name }) => name),
  )
  for (const round of rounds.values()) {
    assert.deepEqual(round.map(({ experiment }) => experiment.model.name).sort(), models.map(({ name }) => name).sort())
  }
})

test('each repetition begins with another configuration, and the main one stays first in the tables', () => {
  const kafka = plan({ ...request, rates: [20] }).filter(({ id }) => id.startsWith('streaming-kafka/healthy'))
  assert.deepEqual(
    kafka.map(({ experiment }) => experiment.begins),
    [0, 1, 2],
  )
  const names = kafka.map(({ experiment }) => experiment.variants(experiment.profiles.full).map(({ name }) => name))
  assert.deepEqual(names, Array(3).fill(['synced topics', "Kafka's default"]))
})

test('the name of each cell is unique, and differs from every experiment', () => {
  const ids = plan({ ...request, repeat: 2 }).map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(
    ids.filter(id => id in experiments),
    [],
  )
})

/** Planned starts in ms, of the first variant. */
function startsOf(cell: ReturnType<typeof cellOf>, profile: Profile): number[] {
  const [first] = cell.experiment.variants(cell.experiment.profiles[profile])
  assert.ok(first)
  const { load } = first
  const count = load.orders + (load.warmUpOrders ?? 0)
  const arrive = arriveAs(load.arrivals ?? 'uniform', 1)
  const plan = load.plan?.(count, load.ordersPerSecond, arrive) ?? arrive(count, load.ordersPerSecond)
  return plan.map(({ offsetMs }) => offsetMs)
}

for (const scenario of scenarios)
  for (const profile of ['quick', 'full'] as const)
    test(`${scenario.name} (${profile}): all models get the same orders at the same planned times`, () => {
      const cells = models
        .filter(model => unsupportedReason(scenario, model, []) === undefined)
        .map(model => cellOf(scenario, model, { scenario: scenario.name, ordersPerSecond: 50, repeat: 1 }))
      assert.ok(cells.length > 0)
      const loads = cells.map(cell => {
        const [first] = cell.experiment.variants(cell.experiment.profiles[profile])
        const { plan: _, follow: __, ...same } = first?.load ?? {}
        return same
      })
      for (const load of loads) assert.deepEqual(load, loads[0])
      const [first = [], ...others] = cells.map(cell => startsOf(cell, profile))
      assert.ok(
        first.every((ms, index) => index === 0 || ms >= (first[index - 1] ?? 0)),
        'by time',
      )
      // Where clients repeat their requests, their first attempts are those of all models.
      const longest = [first, ...others].sort((one, other) => other.length - one.length)
      const shortest = longest.at(-1) ?? []
      for (const starts of longest) for (const ms of shortest) assert.ok(starts.includes(ms), `${ms} ms`)
    })

test('a broker that was given by address is not killed: its cell is skipped, with the reason and how to fix it', () => {
  const external = { ...request, externalBrokers: ['kafka'] as const }
  const ids = (each: typeof external | typeof request) => plan(each).map(({ id }) => id)
  const missing = ids(request).filter(id => !ids(external).includes(id))
  assert.deepEqual(missing, [
    'streaming-kafka/inventory-dead-as-shipped',
    'streaming-kafka/broker-dead',
    'streaming-kafka/broker-dead-as-shipped',
  ])
  const comparison = comparisonOf(external, 'full')
  const without = comparison.about.find(({ name }) => name === 'broker-dead')?.without ?? {}
  assert.deepEqual(Object.keys(without), ['streaming-kafka'])
  assert.match(without['streaming-kafka'] ?? '', /^kafka was given by address.*; unset LAB_KAFKA_BROKERS/)
  assert.deepEqual(comparisonOf(requestOf(comparison), 'full'), comparison)
})

for (const profile of ['quick', 'full'] as const)
  test(`the texts of a scenario name only times that are in its settings (${profile})`, () => {
    for (const { name, title, asks } of comparisonOf(request, profile).about) {
      const scenario = scenarios.find(each => each.name === name) ?? assert.fail()
      const times: number[] = Object.values(scenario.profiles[profile])
      for (const text of [title, asks, scenario.title])
        for (const [said, seconds] of text.matchAll(/([\d.]+) s\b/g))
          assert.ok(times.includes(Number(seconds) * 1_000), `${name}: ${said}`)
    }
  })

test('the title of the scenario names how long Inventory was dead', () => {
  const titleOf = (profile: ComparedProfile) =>
    comparisonOf(request, profile).about.find(({ name }) => name === 'inventory-dead')?.title
  assert.equal(titleOf('full'), 'Inventory dead for 20 s, then back')
  assert.equal(titleOf('quick'), 'Inventory dead for 2 s, then back')
})

test('settings as shipped have a title of their own that names the same times', () => {
  const titles = comparisonOf(request, 'full').about.map(({ title }) => title)
  assert.equal(new Set(titles).size, titles.length)
  assert.ok(titles.includes('Inventory dead for 20 s, then back: settings as shipped'))
})

test('optional scenarios are run only where they are named', () => {
  const names = (of: Parameters<typeof selected>[0]) => selected(of).scenarios.map(({ name }) => name)
  assert.ok(!names({}).includes('until-known'))
  assert.deepEqual(names({ scenarios: ['until-known'] }), ['until-known'])
})

test('until clients know: each configuration that answers before the outcome is followed in every way, one that carries it in none', () => {
  const scenario = scenarios.find(({ name }) => name === 'until-known') ?? assert.fail()
  const variants = models.map(model => {
    const { experiment } = cellOf(scenario, model, { scenario: scenario.name, ordersPerSecond: 50, repeat: 1 })
    return experiment.variants(experiment.profiles.quick).map(({ name, load }) => [name, load.follow?.by])
  })
  const ways = [
    ['asks each second', 'poll'],
    ['asks each 100 ms', 'poll'],
    ['its question waits', 'wait'],
    ['server-sent events', 'events'],
    ['its answer waits', 'answer'],
    ['webhook', 'webhook'],
  ]
  assert.deepEqual(variants, [
    [['as it stands', undefined], ...ways.map(([name, by]) => [`with an outbox, ${name}`, by])],
    ways,
    ways,
  ])
})

test('orders of several sizes: the main configuration of each model with each of them, the largest first', () => {
  const sizes = (profile: ComparedProfile) =>
    models.map(model => {
      const { experiment } = cellOf(payloads, model, { scenario: payloads.name, ordersPerSecond: 50, repeat: 1 })
      return experiment.variants(experiment.profiles[profile]).map(({ name, load }) => [name, load.noteChars])
    })
  const small = [
    ['10 kB', 10_000],
    ['1 kB', 1_000],
  ]
  assert.deepEqual(sizes('quick'), Array(models.length).fill(small))
  assert.deepEqual(sizes('full'), Array(models.length).fill([['100 kB', 100_000], ...small]))
})

test('more and more readers: the main configuration runs with each number of them, which the profile says', () => {
  const { experiment } = cellOf(fanOut, syncRest, { scenario: fanOut.name, ordersPerSecond: 100, repeat: 1 })
  const names = (profile: ComparedProfile) => experiment.variants(experiment.profiles[profile]).map(({ name }) => name)
  assert.deepEqual(names('quick'), ['no further reader', '2 further readers'])
  const more = [1, 2, 5, 10].map(count => `${count} further reader${count === 1 ? '' : 's'}`)
  assert.deepEqual(names('full'), ['no further reader', ...more])
})

test('more and more readers: a full run warms up the broker of each model that has one', () => {
  const warmUps = (profile: ComparedProfile) =>
    models.map(model => {
      const { experiment } = cellOf(fanOut, model, { scenario: fanOut.name, ordersPerSecond: 100, repeat: 1 })
      return experiment.warmUp?.(experiment.profiles[profile])?.load.orders
    })
  assert.deepEqual(warmUps('full'), [undefined, 8_000, 8_000])
  assert.deepEqual(warmUps('quick'), [undefined, undefined, undefined])
})

test('a published comparison runs all ten times; after each model was first, their order is drawn anew', () => {
  const cells = plan({ ...request, ...PUBLISHED, rates: [20] })
  const poison = cells.filter(({ cell }) => cell.scenario === 'poison')
  assert.equal(poison.length, 10 * models.length)
  const orders = [...Map.groupBy(poison, ({ cell }) => cell.repeat).values()].map(round =>
    round.map(({ experiment }) => experiment.model.name).join(),
  )
  for (const block of [orders.slice(0, 3), orders.slice(3, 6), orders.slice(6, 9)])
    assert.equal(new Set(block.map(order => order.split(',')[0])).size, 3, 'each is first once')
  assert.ok(new Set(orders).size > 3, 'not only the rotations of one order')
  assert.deepEqual(
    plan({ ...request, ...PUBLISHED, rates: [20] }).map(({ id }) => id),
    cells.map(({ id }) => id),
  )
})

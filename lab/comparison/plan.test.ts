import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Profile } from '#engine/experiment/profile.ts'
import { steadyPlan } from '#engine/load/plan.ts'
import { experiments, models } from '../session/registry.ts'
import { cellOf, unsupportedReason } from './cell.ts'
import { scenarios, HEALTHY } from './scenarios.ts'
import { requestOf, comparisonOf, DEFAULTS, plan } from './plan.ts'

const asked = { scenarios, models, ...DEFAULTS.full, externalBrokers: [] }

test('what is repeated goes round all models before it comes again, and each round begins with another', () => {
  const healthy = plan({ ...asked, rates: [20] }).filter(({ cell }) => cell.scenario === HEALTHY)
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

test('each repetition begins with another composition, and the own one of a model stays the first of its tables', () => {
  const kafka = plan({ ...asked, rates: [20] }).filter(({ id }) => id.startsWith('streaming-kafka/healthy'))
  assert.deepEqual(
    kafka.map(({ experiment }) => experiment.begins),
    [0, 1, 0],
  )
  const names = kafka.map(({ experiment }) => experiment.variants(experiment.profiles.full).map(({ name }) => name))
  assert.deepEqual(names, Array(3).fill(['synced topics', "Kafka's default"]))
})

test('each cell has a name of its own, which no experiment has', () => {
  const ids = plan({ ...asked, repeat: 2 }).map(({ id }) => id)
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
  return (load.plan ?? steadyPlan)(count, load.ordersPerSecond).map(({ offsetMs }) => offsetMs)
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
        const { plan: _, ...same } = first?.load ?? {}
        return same
      })
      for (const load of loads) assert.deepEqual(load, loads[0])
      const [first = [], ...others] = cells.map(cell => startsOf(cell, profile))
      assert.ok(
        first.every((ms, index) => index === 0 || ms >= (first[index - 1] ?? 0)),
        'by time',
      )
      // Where a client asks again by itself, its first attempts are those of all.
      const longest = [first, ...others].sort((one, other) => other.length - one.length)
      const shortest = longest.at(-1) ?? []
      for (const starts of longest) for (const ms of shortest) assert.ok(starts.includes(ms), `${ms} ms`)
    })

test('a broker that was given by address is not killed: its cell is not planned, and why is said with the way out', () => {
  const given = { ...asked, externalBrokers: ['kafka'] as const }
  const ids = (each: typeof given | typeof asked) => plan(each).map(({ id }) => id)
  const missing = ids(asked).filter(id => !ids(given).includes(id))
  assert.deepEqual(missing, ['streaming-kafka/broker-dead'])
  const comparison = comparisonOf(given, 'full')
  const without = comparison.about.find(({ name }) => name === 'broker-dead')?.without ?? {}
  assert.deepEqual(Object.keys(without), ['streaming-kafka'])
  assert.match(without['streaming-kafka'] ?? '', /^kafka was given by address.*; leave LAB_KAFKA_BROKERS unset/)
  assert.deepEqual(comparisonOf(requestOf(comparison), 'full'), comparison)
})

for (const profile of ['quick', 'full'] as const)
  test(`what is said of a scenario names no time that is not in its settings (${profile})`, () => {
    for (const { name, title, asks } of comparisonOf(asked, profile).about) {
      const scenario = scenarios.find(each => each.name === name) ?? assert.fail()
      const times: number[] = Object.values(scenario.profiles[profile])
      for (const text of [title, asks, scenario.title])
        for (const [said, seconds] of text.matchAll(/([\d.]+) s\b/g))
          assert.ok(times.includes(Number(seconds) * 1_000), `${name}: ${said}`)
    }
  })

test('the title of a comparison tells how long Inventory was dead', () => {
  const titleOf = (profile: Profile) =>
    comparisonOf(asked, profile).about.find(({ name }) => name === 'inventory-dead')?.title
  assert.equal(titleOf('full'), 'Inventory dead for 20 s, then back')
  assert.equal(titleOf('quick'), 'Inventory dead for 2 s, then back')
})

test('a scenario is a file of at most 60 lines', () => {
  for (const { name } of scenarios) {
    const lines = readFileSync(new URL(`scenarios/${name}.ts`, import.meta.url), 'utf8').split('\n').length
    assert.ok(lines <= 60, `${name} has ${lines}`)
  }
})

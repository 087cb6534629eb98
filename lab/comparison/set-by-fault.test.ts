// Over all experiments and scenarios: how many orders are planned, and what the fault sets.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Profile, PROFILES, type SetByFault } from '#engine/run/summary.ts'
import { COMPARISON } from '../publish/comparison.ts'
import { summaryOf } from '../publish/output-paths.ts'
import { experiments, models } from '../session/registry.ts'
import { parseSummary, ROOT } from '../session/run-folder.ts'
import { cellOf, unsupportedReason } from './cell.ts'
import { scenarios } from './scenarios.ts'

const cells = scenarios.flatMap(scenario =>
  models
    .filter(model => unsupportedReason(scenario, model, []) === undefined)
    .map(model => {
      const { ordersPerSecond } = scenario.profiles.full
      return cellOf(scenario, model, { scenario: scenario.name, ordersPerSecond, repeat: 1 })
    }),
)
const all = new Map([...Object.entries(experiments), ...cells.map(({ id, experiment }) => [id, experiment] as const)])

const published = [join(COMPARISON, 'summary.json'), ...models.map(({ name }) => summaryOf(name))].flatMap(
  file => parseSummary(readFileSync(join(ROOT, file), 'utf8'), file).results,
)

/** Of the variant with this name, or of the first that has any. */
function setIn(id: string, profile: Profile = 'full', variant?: string): SetByFault {
  const { variants, profiles } = all.get(id) ?? assert.fail(id)
  const isMeant = variants(profiles[profile]).find(({ name, setByFault }) =>
    variant === undefined ? setByFault !== undefined : name === variant,
  )
  return isMeant?.setByFault ?? {}
}

test('whole numbers of orders are planned', () => {
  for (const [id, { variants, profiles }] of all)
    for (const profile of PROFILES)
      for (const { name, load } of variants(profiles[profile])) {
        const numbers = [load.orders, load.warmUpOrders ?? 0]
        assert.ok(numbers.every(Number.isInteger), `${id}, ${name}, ${profile}: ${numbers.join(' and ')}`)
      }
})

test('what the fault sets is measured, and its arithmetic has the numbers', () => {
  for (const [id, { variants, profiles, columns }] of all)
    for (const profile of PROFILES)
      for (const { name, setByFault = {} } of variants(profiles[profile]))
        for (const [measure, arithmetic] of Object.entries(setByFault)) {
          const of = `${measure} of ${id}, ${name}, ${profile}`
          assert.match(arithmetic, /\d/, of)
          assert.doesNotMatch(arithmetic, /NaN|Infinity|undefined|\d\.\d{3}/, of)
          // Settings as shipped are not published yet, and have the measures of the same fault with the lab's.
          const likeIt = id.replace('-as-shipped', '')
          const results = published.filter(({ model, experiment }) => `${model}/${experiment}` === likeIt)
          const isMeasured = results.some(({ measures }) => measures.some(each => each.name === measure))
          // One that is not published yet has the measures of its table.
          assert.ok(isMeasured || (results.length === 0 && columns.includes(measure)), `${of} is measured`)
        }
})

test('the arithmetic is that of the settings', () => {
  assert.equal(setIn('streaming-kafka/consumer-lag')['lag zero after'], '10,000 orders ÷ 500/s')
  assert.equal(setIn('streaming-kafka/consumer-lag', 'quick')['lag zero after'], '1,000 orders ÷ 125/s')
  assert.deepEqual(setIn('streaming-kafka/consumer-lag', 'full', 'control'), {}, 'nothing is planted in the control')
  for (const model of ['async-rabbitmq', 'streaming-kafka'])
    assert.match(setIn(`${model}/inventory-slow`)['time to full recovery'] ?? '', /^64 in flight ÷ 50\/s = 1\.28 s/)
  assert.equal(setIn('sync-rest/inventory-slow')['during: availability'], 'a deadline of 1 s, with a delay of 2 s')
  assert.equal(setIn('sync-rest/inventory-slow')['time to full recovery'], undefined, 'it is the model that recovers')
})

test('where nothing is broken nothing is set by a fault', () => {
  for (const [id, { variants, profiles }] of all)
    if (/\/(healthy|baseline)/.test(id))
      for (const { setByFault } of variants(profiles.full)) assert.equal(setByFault, undefined, id)
})

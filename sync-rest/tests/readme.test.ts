// The README's tables of variables and faults say what the services read.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startSystem } from '#conformance/test-system.ts'
import { getJson } from '#engine/run/http.ts'
import type { Setting } from '#common/service/config.ts'
import { syncRest } from '../lab/model.ts'
import { settings as inventory } from '../inventory_service/settings.ts'
import { settings as notification } from '../notification_service/settings.ts'
import { settings as order } from '../order_service/settings.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')

/** The rows of the table under a heading, without its head. */
function tableOf(heading: string): string[] {
  const [, section = ''] = readme.split(`\n### ${heading}\n`)
  const [own = ''] = section.split(/\n##/)
  const rows = own.split('\n').filter(line => line.startsWith('|'))
  return rows.slice(2)
}

const rowOf = ([name, { fallback, about }]: [string, Setting<unknown>]) =>
  `| \`${name}\` | \`${fallback}\` | ${about} |`

for (const [service, settings] of Object.entries({
  order_service: order,
  inventory_service: inventory,
  notification_service: notification,
})) {
  test(`the README has the environment of ${service}, variable by variable`, () => {
    assert.deepEqual(tableOf(service), Object.entries(settings).map(rowOf))
  })
}

test('the README names the faults that each service has', async t => {
  const system = await startSystem(t, syncRest)
  const told = tableOf('Faults').map(row =>
    row
      .split('|')
      .slice(1, 3)
      .map(cell => cell.trim())
      .join(' '),
  )
  const found: string[] = []
  for (const { name } of syncRest.services) {
    const faults = (await getJson(`${system.runtime.url(name)}/faults`)) as Record<string, unknown>
    found.push(...Object.keys(faults).map(fault => `${name} ${fault}`))
  }
  assert.deepEqual(told, found)
})

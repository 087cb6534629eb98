import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delay } from '#common/faults/faults.ts'
import { integer, text } from '#common/service/config.ts'
import type { ServiceSettings } from '../session/service-settings.ts'
import { faultsTable, settingsTable } from './settings-tables.ts'

const shop: ServiceSettings = {
  NAME: 'a-model/shop',
  settings: {
    LIMIT: integer(3, 'a limit | of orders'),
    PORT: integer(1, 'the port'),
    FOLDER: text('data/a-model/shop', 'the folder'),
  },
  faultsOf: outbox => ({ role: 'SHOP', faults: [delay], crashPoints: [outbox === 'on' ? 'relay' : 'publish'] }),
}
const stock: ServiceSettings = {
  NAME: 'a-model/stock',
  settings: {
    PORT: integer(2, 'the port'),
    FOLDER: text('data/a-model/stock', 'the folder'),
    PREFIX: text('', 'a prefix'),
  },
  faults: { role: 'STOCK', faults: [delay], crashPoints: ['store-answer', 'answer-end'] },
}

test('settings that all services have come first and share a row; the default of each is in it where they differ', () => {
  assert.deepEqual(settingsTable([shop, stock]).split('\n').slice(2), [
    '| all | `PORT` | `1` shop, `2` stock | the port |',
    '| all | `FOLDER` | `data/a-model/<service>` | the folder |',
    '| shop | `LIMIT` | `3` | a limit \\| of orders |',
    '| stock | `PREFIX` | empty | a prefix |',
  ])
})

test('a fault has the variables of all services that have it; crash points are named for each service', () => {
  assert.deepEqual(faultsTable([shop, stock]).split('\n').slice(2), [
    `| delay | \`SHOP_DELAY_MS\`, \`STOCK_DELAY_MS\` | ${delay.about} |`,
    '| crash | `SHOP_CRASH_AT`: `relay` with the outbox; `publish` without it<br>`STOCK_CRASH_AT`: `store-answer`, `answer-end` | the process ends (SIGKILL) at one of these points |',
  ])
})

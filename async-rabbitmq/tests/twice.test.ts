// Every message is delivered twice, by the lab.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '#common/kit/until.ts'
import { assertWhole, orderOf } from './evidence.ts'
import { openPlace } from './place.ts'

const IDS = Array.from({ length: 10 }, (_, index) => `twice-${index}`)
const repeats = (log: string) => log.match(/"isNew":false/g)?.length ?? 0

test('while copies are made every event comes twice to each of its readers, and no order is decided or confirmed twice', async t => {
  const place = await openPlace(t)
  const consumers = ['inventory_service', 'notification_service'] as const
  await place.start([...consumers])
  const { 'begin-copies': begin, 'end-copies': end } = place.link.verbs
  assert.ok(begin && end)
  await begin({})
  await place.link.verbs.redeliver?.({ orders: IDS.map(id => orderOf(id)) })
  for (const name of consumers)
    await until(() => repeats(place.log(name)) >= IDS.length, { deadlineMs: 10_000, what: `repeats in ${name}` })
  const { copied, of } = (await end({})) as { copied: number; of: Record<string, number> }
  // OrderPlaced and InventoryReserved of each; a duplicate decision publishes its outcome again, which is copied too.
  assert.ok(copied >= 2 * IDS.length, String(copied))
  assert.equal(Object.keys(of).length, 2)
  for (const [exchange, count] of Object.entries(of)) assert.ok(count >= IDS.length, `${exchange} ${count}`)
  await assertWhole(place, IDS)
})

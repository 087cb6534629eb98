// Every message is delivered twice, by the lab.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { assertWhole, orderOf } from './support/evidence.ts'
import { openDeployment } from './support/deployment.ts'

const IDS = Array.from({ length: 10 }, (_, index) => `twice-${index}`)
const repeats = (log: string) => log.match(/"isNew":false/g)?.length ?? 0

test('while copies are made every event comes twice to each of its readers, and no order is decided or confirmed twice', async t => {
  const place = await openDeployment(t)
  // A copy of OrderPlaced is decided again, which publishes its outcome again; that outcome is copied as the first one is.
  const repeated = { inventory_service: IDS.length, notification_service: 3 * IDS.length }
  await place.start(['inventory_service', 'notification_service'])
  const { 'start-duplicator': start, 'stop-duplicator': stop } = place.link.operations
  await start({})
  await place.link.operations.redeliver({ orders: IDS.map(id => orderOf(id)) })
  for (const name of ['inventory_service', 'notification_service'] as const)
    await waitFor(() => repeats(place.log(name)) === repeated[name], { deadlineMs: 30_000, what: `repeats in ${name}` })
  const { duplicates, byRoute } = await stop({})
  assert.equal(duplicates, 3 * IDS.length)
  assert.deepEqual(
    Object.values(byRoute).toSorted((one, other) => one - other),
    [IDS.length, 2 * IDS.length],
  )
  await assertWhole(place, IDS)
})

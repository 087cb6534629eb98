// The duplicator of the lab delivers every message twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { openSystem, orderOf, repeatsIn } from './support/system.ts'

const IDS = Array.from({ length: 10 }, (_, index) => `twice-${index}`)

test('while the duplicator runs every event is delivered twice to each reader, and no order is decided or confirmed twice', async t => {
  const system = await openSystem(t)
  // A duplicate of OrderPlaced publishes its outcome again, and that event is duplicated as the first one is.
  const repeated = { inventory_service: IDS.length, notification_service: 3 * IDS.length }
  await system.start(['inventory_service', 'notification_service'])
  const { 'start-duplicator': start, 'stop-duplicator': stop } = system.inspector.operations
  await start({})
  await system.inspector.operations.redeliver({ orders: IDS.map(id => orderOf(id)) })
  for (const name of ['inventory_service', 'notification_service'] as const)
    await waitFor(() => repeatsIn(system.logOf(name)) === repeated[name], {
      deadlineMs: 30_000,
      what: `repeats in ${name}`,
    })
  const { duplicates, byRoute } = await stop({})
  assert.equal(duplicates, 3 * IDS.length)
  assert.deepEqual(
    Object.values(byRoute).toSorted((one, other) => one - other),
    [IDS.length, 2 * IDS.length],
  )
  await system.assertSound({ reserved: IDS })
})

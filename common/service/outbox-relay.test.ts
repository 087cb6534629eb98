import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { LabError } from '../contracts/errors.ts'
import { orderPlaced } from '../contracts/events.ts'
import { outboxTables } from '../stores/outbox.ts'
import { openStore } from '../stores/store.ts'
import { createHealth } from './health.ts'
import { createOccupancy } from './occupancy.ts'
import { createLog } from './log.ts'
import { startRelay } from './outbox-relay.ts'
import { waitFor } from '#host/wait-for.ts'

const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const order = (orderId: string) => ({ orderId, userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] })

/** Lets all pending work run that does not depend on the test. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

type Options = { events: number; window: number; ready?(): Promise<void> }

/** A relay with so many events in its outbox: the test confirms or rejects each publish. */
async function openRelay(t: TestContext, { events, window, ready = async () => {} }: Options) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-relay-'))
  const store = openStore(folder, 'outbox', outboxTables)
  const closing = new AbortController()
  const health = createHealth()
  const published: string[] = []
  const confirms: PromiseWithResolvers<void>[] = []
  const publish = ({ id }: { id: string }): Promise<void> => {
    const confirm = Promise.withResolvers<void>()
    published.push(id)
    confirms.push(confirm)
    return confirm.promise
  }
  for (let index = 1; index <= events; index++)
    await store.transact(tx => tx.enqueue(JSON.stringify(orderPlaced(order(`o-${index}`), happened))))
  const log = createLog('test', 'silent')
  const parts = { store, ready, publish, window, crashPoint: () => {}, log, health, occupancy: createOccupancy() }
  const relay = startRelay({ ...parts, closing: closing.signal })
  t.after(async () => {
    closing.abort()
    for (const confirm of confirms) confirm.resolve()
    await relay.ended
    store.close()
    rmSync(folder, { recursive: true })
  })
  const untilPublished = (count: number) =>
    waitFor(() => published.length >= count, { deadlineMs: 30_000, everyMs: 5, what: `${count} events` })
  const left = () => store.peek.pendingEntries(0, 1_000).length
  const untilLeft = (count: number) =>
    waitFor(() => left() === count, { deadlineMs: 30_000, everyMs: 5, what: `${count} to be left` })
  return { confirms, health, left, published, untilLeft, untilPublished }
}

test('an event leaves the outbox when it is confirmed, and not before', async t => {
  const { confirms, left, untilLeft, untilPublished } = await openRelay(t, { events: 2, window: 10 })
  await untilPublished(2)
  assert.equal(left(), 2)
  confirms[1]?.resolve()
  await untilLeft(1)
  confirms[0]?.resolve()
  await untilLeft(0)
})

test('at most a window of events awaits its confirm', async t => {
  const { confirms, published, untilLeft, untilPublished } = await openRelay(t, { events: 5, window: 2 })
  for (let confirmed = 0; confirmed < 5; confirmed++) {
    const expected = Math.min(confirmed + 2, 5)
    await untilPublished(expected)
    await turns()
    assert.equal(published.length, expected)
    confirms[confirmed]?.resolve()
  }
  assert.deepEqual(
    published,
    [1, 2, 3, 4, 5].map(index => `OrderPlaced:o-${index}`),
  )
  await untilLeft(0)
})

test('an event that was not confirmed stays, turns health red, and is published again as the same event', async t => {
  const { confirms, health, left, published, untilLeft, untilPublished } = await openRelay(t, { events: 1, window: 10 })
  await untilPublished(1)
  confirms[0]?.reject(new LabError('unavailable', 'the broker is away'))
  await untilPublished(2)
  assert.equal(left(), 1)
  assert.match(health.view().problems.relay ?? '', /wait in the outbox: the broker is away/)
  assert.deepEqual(published, ['OrderPlaced:o-1', 'OrderPlaced:o-1'])
  confirms[1]?.resolve()
  await untilLeft(0)
  await waitFor(() => health.view().healthy, { deadlineMs: 30_000, what: 'health' })
})

test('nothing is published before the broker is ready', async t => {
  const opened = Promise.withResolvers<void>()
  const { published, untilPublished } = await openRelay(t, { events: 1, window: 10, ready: () => opened.promise })
  await turns()
  assert.deepEqual(published, [])
  opened.resolve()
  await untilPublished(1)
})

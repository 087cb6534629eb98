import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { placeOrder } from '../workflow/place-order.ts'
import { recordOutcome } from '../workflow/record-outcome.ts'
import { ordersTables } from './orders.ts'
import { openStore } from './store.ts'
import { undecidedTables } from './undecided.ts'

const happened = { correlationId: 'c', occurredAt: '2026-01-01T00:00:00.000Z' }
const order = (orderId: string) => ({ orderId, userId: 'u', kitchenId: 'k', items: [{ sku: 'burger', quantity: 1 }] })

function aFolder(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-undecided-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return () => openStore(folder, 'orders', db => ({ ...ordersTables(db), ...undecidedTables(db) }))
}

test('an order is undecided from when it is placed until it is decided or removed, and the number is right after a restart', async t => {
  const open = aFolder(t)
  const store = open()
  await store.transact(tx => {
    for (const orderId of ['a', 'b', 'c', 'd']) placeOrder(tx, order(orderId), happened)
    assert.equal(tx.undecided(), 4, 'work sees the orders of its own transaction')
  })
  await store.transact(tx => {
    recordOutcome(tx, 'a', { status: 'reserved' })
    recordOutcome(tx, 'a', { status: 'reserved' })
    recordOutcome(tx, 'b', { status: 'failed', reason: 'out-of-stock' })
    tx.removePending('c')
    tx.removePending('a')
  })
  assert.equal(store.peek.undecided(), 1)
  store.close()
  const again = open()
  assert.equal(again.peek.undecided(), 1)
  await again.transact(tx => recordOutcome(tx, 'd', { status: 'reserved' }))
  assert.equal(again.peek.undecided(), 0)
  again.close()
})

test('an order whose work was undone is not counted, nor is one whose batch was', async t => {
  const store = aFolder(t)()
  const undone = (error: Error) =>
    store.transact(tx => {
      placeOrder(tx, order('undone'), happened)
      throw error
    })
  const kept = (orderId: string) => store.transact(tx => placeOrder(tx, order(orderId), happened))
  const alone = await Promise.allSettled([kept('a'), undone(new Error('alone')), kept('b')])
  assert.deepEqual(
    alone.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.equal(store.peek.undecided(), 2)
  const full = Object.assign(new Error('the disk is full'), { errcode: 13 })
  const together = await Promise.allSettled([kept('c'), undone(full), kept('d')])
  assert.ok(together.every(({ status }) => status === 'rejected'))
  assert.equal(store.peek.undecided(), 2)
  store.close()
})

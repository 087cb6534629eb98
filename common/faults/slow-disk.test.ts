import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createOccupancy } from '../service/occupancy.ts'
import { notificationsTables } from '../stores/notifications.ts'
import { openStore } from '../stores/store.ts'
import { createFaultInjector } from './fault-injector.ts'
import { slowDisk, slowDiskOf } from './slow-disk.ts'

const MS = 60

function openSlowStore(t: TestContext) {
  const occupancy = createOccupancy()
  const environment = { LAB_FAULTS: 'on' }
  const injector = createFaultInjector({
    role: 'ORDER',
    environment,
    occupancy,
    faults: [slowDisk],
    crashPoints: [],
  })
  const folder = mkdtempSync(join(tmpdir(), 'lab-slow-'))
  const store = openStore(folder, 'words', notificationsTables, { ...slowDiskOf(injector), syncs: occupancy.syncs })
  t.after(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const append = (orderId: string) => store.transact(tx => tx.append({ orderId, userId: 'ada' }))
  return { injector, append, syncs: occupancy.syncs, injections: () => injector.view().slowDisk?.injections }
}

test('on a slow disk each sync is under way for so much longer, and what shares one waits once', async t => {
  const { injector, append, syncs, injections } = openSlowStore(t)
  injector.set({ slowDisk: { ms: MS } })
  await Promise.all(['a', 'b', 'c'].map(append))
  assert.deepEqual([syncs.count(), injections()], [1, 1])
  assert.ok(syncs.busyNs() >= (MS - 2) * 1e6, `${syncs.busyNs()} ns`)
  await append('d')
  assert.equal(injections(), 2)
})

test('a disk is slow only while the fault is on, and with faults off a store does not ask', async t => {
  const { injector, append, injections } = openSlowStore(t)
  await append('a')
  assert.equal(injections(), 0)
  injector.set({ slowDisk: { ms: 1 } })
  injector.clear()
  await append('b')
  assert.equal(injections(), 0)
  assert.deepEqual(slowDiskOf({ on: false, switchOf: injector.switchOf }), {})
  assert.throws(() => injector.set({ slowDisk: { ms: 0 } }), { code: 'malformed' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkProgress } from './work-progress.ts'

const at = (offset: bigint, partition = 0) => ({ topic: 'orders', partition, offset, epoch: 0 })

test('the next offset is the lowest unfinished one, whatever later records have finished', () => {
  const progress = createWorkProgress()
  for (const offset of [5n, 6n, 7n]) assert.ok(progress.begin(at(offset)))
  progress.finish(at(7n))
  progress.finish(at(6n))
  assert.equal(progress.next('orders', 0)?.offset, 5n)
  progress.finish(at(5n))
  assert.equal(progress.next('orders', 0)?.offset, 8n)
})

test('a record that is read again does not begin again', () => {
  const progress = createWorkProgress()
  assert.ok(progress.begin(at(5n)))
  assert.equal(progress.begin(at(5n)), false)
  progress.finish(at(5n))
  assert.equal(progress.begin(at(4n)), false)
  assert.ok(progress.begin(at(9n)))
  assert.equal(progress.next('orders', 0)?.offset, 9n)
})

test('partitions are independent, and one without a begun record has no next offset', () => {
  const progress = createWorkProgress()
  progress.begin(at(3n, 1))
  assert.equal(progress.next('orders', 0), undefined)
  assert.equal(progress.next('orders', 1)?.offset, 3n)
})

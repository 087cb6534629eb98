import { createRecordsBatch, type MessageRecord } from './client.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchesIn } from './batches.ts'

/** A batch as it is in the log, from an offset on. */
function batchOf(values: Buffer[], firstOffset = 0n): Buffer {
  const messages = values.map(value => ({ topic: 'x', value })) as MessageRecord[]
  const batch = Buffer.from(createRecordsBatch(messages, {}).buffer)
  batch.writeBigInt64BE(firstOffset, 0)
  return batch
}

/** What is read of them, as `first-last` and why it is damaged. */
const read = (bytes: Buffer, from = 0n, end = 100n) =>
  [...batchesIn(bytes, { from, end })].map(({ firstOffset, lastOffset, damage }) => [
    `${firstOffset}-${lastOffset}`,
    damage ?? '',
  ])

function changed(batch: Buffer, change: (bytes: Buffer) => unknown): Buffer {
  const copy = Buffer.from(batch)
  change(copy)
  return copy
}

const five = batchOf(Array(5).fill(Buffer.alloc(100)), 7n)

test('a batch of which a fetch has only the beginning is left for the next fetch', () => {
  const next = batchOf([Buffer.alloc(100)], 12n)
  for (const bytes of [next.length - 1, 62, 60, 20, 16, 1])
    assert.deepEqual(read(Buffer.concat([five, next.subarray(0, bytes)]), 7n), [['7-11', '']], `${bytes} bytes`)
  assert.deepEqual(read(Buffer.alloc(0)), [])
})

test('a damaged batch stands for its offsets, says why, and nothing behind it is read', () => {
  const behind = batchOf([Buffer.alloc(1)], 12n)
  for (const [change, why] of [
    [bytes => bytes.writeUInt8(7, 80), /^its checksum is [0-9a-f]+, and should be [0-9a-f]+$/],
    [bytes => bytes.writeInt32BE(-12, 8), /^it says that it has 0 bytes$/],
    [bytes => bytes.writeInt32BE(-1_000_000, 8), /^it says that it has -999988 bytes$/],
    [bytes => bytes.writeInt32BE(1_000_000, 8), /^it says that it has 1000012 bytes, and has fewer$/],
  ] satisfies [(bytes: Buffer) => unknown, RegExp][]) {
    const [[range, damage] = [], ...others] = read(Buffer.concat([changed(five, change), behind]), 7n)
    assert.deepEqual([range, others], ['7-11', []])
    assert.match(damage ?? '', why)
  }
})

test('a batch of an older format is said to be one, and is not misread', () => {
  const old = changed(five, bytes => bytes.writeInt8(1, 16))
  assert.deepEqual(read(old, 5n), [['5-7', 'it has format 1, and only 2 is read']])
})

test('a damaged batch whose offsets are impossible stands for the offset that was to be read', () => {
  for (const [offset, position] of [
    [-5n, 7n],
    [1n << 60n, 7n],
    [0n, 7n],
    [98n, 7n],
  ] as const) {
    const lost = changed(five, bytes => {
      bytes.writeBigInt64BE(offset, 0)
      bytes.writeUInt8(7, 80)
    })
    assert.equal(read(lost, position)[0]?.[0], `${position}-${position}`)
  }
  assert.deepEqual(read(five, 12n), [['12-12', 'it does not come at offset 12']])
  assert.deepEqual(read(five.subarray(0, 10), 7n), [['7-7', 'it ends in its head']])
})

import { createRecordsBatch, type MessageRecord } from './client.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeAll } from './log-reader.ts'

const NAMES = new Map([['id', 'orders']])

function fetched(partitionIndex: number, batches: Buffer) {
  const nothing = {
    errorCode: 0,
    abortedTransactions: [],
    divergingEpoch: undefined,
    preferredReadReplica: -1 as const,
  }
  return { partitionIndex, batches, ...nothing }
}

test('a batch that cannot be read moves no position: what came beside it comes again', () => {
  const batch = createRecordsBatch([{ topic: 'orders', value: Buffer.from('one') }] as MessageRecord[], {}).buffer
  const unreadable = Buffer.from(batch)
  unreadable.writeInt16BE(7, 21) // a codec that does not exist
  const positions = new Map([['orders', [0n, 0n]]])
  const marks = { ids: new Map<string, string>(), epochs: new Map([['orders', [-1, -1]]]) }
  const take = (second: Buffer) =>
    takeAll([{ topicId: 'id', partitions: [fetched(0, batch), fetched(1, second)] }], NAMES, positions, marks)
  assert.throws(() => take(unreadable), /codec/)
  assert.deepEqual(positions.get('orders'), [0n, 0n])
  assert.deepEqual(
    take(batch).map(({ partition, offset, value }) => [partition, offset, String(value)]),
    [
      [0, 0n, 'one'],
      [1, 0n, 'one'],
    ],
  )
  assert.deepEqual(positions.get('orders'), [1n, 1n])
})

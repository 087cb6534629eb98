import { createRecordsBatch, type MessageRecord } from './client.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batchesIn, isSpent, newBudget, recordsIn } from './batches.ts'

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
type Codec = (typeof CODECS)[number]

/** A batch as it is in the log, from offset 0 on. */
const batchOf = (messages: object[], compression: Codec = 'none'): Buffer =>
  createRecordsBatch(messages.map(message => ({ topic: 'x', ...message })) as MessageRecord[], { compression }).buffer

/** The records of the only batch, and whether the budget of the fetch is spent. */
function read(bytes: Buffer) {
  const [batch, ...others] = batchesIn(bytes)
  assert.ok(batch && others.length === 0)
  const budget = newBudget()
  return { records: recordsIn(batch, budget), spent: isSpent(budget) }
}

const whyOf = (bytes: Buffer): string => {
  const { records, spent } = read(bytes)
  assert.equal(records.length, 1)
  assert.ok(spent, 'another batch would be read in the same fetch')
  assert.deepEqual([records[0]?.key, records[0]?.value, records[0]?.headers], [null, null, []])
  return records[0]?.unread?.why ?? ''
}

for (const codec of CODECS)
  test(`records are read as they were written (${codec})`, () => {
    const messages = Array.from({ length: 300 }, (_, at) => ({
      key: Buffer.from(`key-${at}`),
      ...(at % 3 > 0 && { value: Buffer.from('x'.repeat(at * 10)) }),
      headers: new Map([[Buffer.from('name'), Buffer.from([0xff, at])]]),
    }))
    const { records, spent } = read(batchOf(messages, codec))
    assert.ok(!spent)
    assert.deepEqual(
      records,
      messages.map(({ key, value = null, headers }, at) => {
        return { offset: BigInt(at), epoch: 0, key, value, headers: [...headers] }
      }),
    )
  })

for (const codec of CODECS.slice(1))
  test(`a batch that becomes too large is one record without content (${codec})`, () => {
    const half = { value: Buffer.alloc(700_000) }
    assert.match(
      whyOf(batchOf(Array(13).fill(half), codec)),
      new RegExp(`^the batch of offsets 0 to 12 becomes more than 8388608 bytes .*${codec}.*nothing of it is kept`),
    )
    const { records, spent } = read(batchOf(Array(11).fill(half), codec))
    assert.deepEqual([records.length, spent], [11, false])
  })

test('a batch of too many records, or with too many headers, is one record without content', () => {
  const tiny = { value: null }
  assert.match(whyOf(batchOf(Array(50_001).fill(tiny), 'gzip')), /0 to 50000 has more than 50000 records and headers/)
  const headers = new Map(Array.from({ length: 60_000 }, (_, at) => [Buffer.from(String(at)), Buffer.alloc(0)]))
  assert.match(whyOf(batchOf([tiny, { value: null, headers }])), /0 to 1 has more than 50000 records and headers/)
})

test('a record that is too large has no content, and those beside it have', () => {
  const { records } = read(
    batchOf([{ value: Buffer.alloc(1) }, { value: Buffer.alloc(2_000_000) }, { value: Buffer.alloc(2) }], 'zstd'),
  )
  assert.deepEqual(
    records.map(({ offset, value, unread }) => [offset, value?.length, unread?.first]),
    [
      [0n, 1, undefined],
      [1n, undefined, 1n],
      [2n, 2, undefined],
    ],
  )
  assert.match(records[1]?.unread?.why ?? '', /has 20000\d\d bytes, and at most 1048576 are read/)
})

test('a batch of which a fetch has only the beginning is left for the next fetch', () => {
  const one = batchOf([{ value: Buffer.alloc(100) }])
  assert.equal([...batchesIn(Buffer.concat([one, one.subarray(0, one.length - 1)]))].length, 1)
  assert.equal([...batchesIn(one.subarray(0, 20))].length, 0)
})

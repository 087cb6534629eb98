import { createRecordsBatch, type MessageRecord } from './client.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { rawBatch, recordBytes, xerial } from '../tests/support/raw-batches.ts'
import { isSpent, newBudget, recordsIn } from './batch-records.ts'
import { batchesIn } from './batches.ts'

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
type Codec = (typeof CODECS)[number]

/** A batch as it is in the log, from offset 0 on. */
const batchOf = (messages: object[], compression: Codec = 'none'): Buffer =>
  createRecordsBatch(messages.map(message => ({ topic: 'x', ...message })) as MessageRecord[], { compression }).buffer

/** The records of the only batch, and whether the budget of the fetch is spent. */
function read(bytes: Buffer) {
  const [batch, ...others] = batchesIn(bytes, { from: 0n, end: 1_000_000n })
  assert.ok(batch && others.length === 0)
  const budget = newBudget()
  return { records: recordsIn(batch, budget), spent: isSpent(budget) }
}

const unreadOf = (bytes: Buffer, code: string): string => {
  const { records, spent } = read(bytes)
  assert.equal(records.length, 1)
  assert.ok(spent, 'another batch would be read in the same fetch')
  assert.deepEqual([records[0]?.key, records[0]?.value, records[0]?.headers], [null, null, []])
  assert.equal(records[0]?.unread?.code, code)
  return records[0].unread.why
}

for (const codec of CODECS)
  test(`records are read as they were written, and hold nothing of the fetch that they came in (${codec})`, () => {
    const messages = Array.from({ length: 300 }, (_, at) => ({
      key: Buffer.from(`key-${at}`),
      ...(at % 3 > 0 && { value: Buffer.from('x'.repeat(at * 30)) }),
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
    const held = new Set(records.flatMap(({ key, value }) => [key?.buffer, value?.buffer]))
    const largest = Math.max(...[...held].map(bytes => bytes?.byteLength ?? 0))
    assert.ok(largest <= 65_536, `a record holds ${largest} bytes`)
  })

for (const codec of CODECS.slice(1))
  test(`a batch that becomes too large is one record without content (${codec})`, () => {
    const half = { value: Buffer.alloc(700_000) }
    assert.match(
      unreadOf(batchOf(Array(13).fill(half), codec), 'too-large'),
      new RegExp(`^the batch of offsets 0 to 12 .${codec}, .* becomes more than 8388608 bytes .*nothing of it is kept`),
    )
    const { records, spent } = read(batchOf(Array(11).fill(half), codec))
    assert.deepEqual([records.length, spent], [11, false])
  })

test('a batch of too many records, or with too many headers, is one record without content', () => {
  const tiny = { value: null }
  const large = (bytes: Buffer) => unreadOf(bytes, 'too-large')
  assert.match(
    large(batchOf(Array(50_001).fill(tiny), 'gzip')),
    /0 to 50000 .* has more than 50000 records and headers/,
  )
  const headers = new Map(Array.from({ length: 60_000 }, (_, at) => [Buffer.from(String(at)), Buffer.alloc(0)]))
  assert.match(large(batchOf([tiny, { value: null, headers }])), /0 to 1 .* has more than 50000 records and headers/)
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

const two = [{ value: Buffer.from('first '.repeat(10)) }, { value: Buffer.from('second '.repeat(10)) }]
const bytes = recordBytes(two)
const [head, tail] = [bytes.subarray(0, 40), bytes.subarray(40)]
const noFrame = Buffer.from('502a4d180400000000000000', 'hex') // one of zstd that is to be skipped

for (const [what, codec, body] of [
  ['two members of gzip', 1, Buffer.concat([gzipSync(head), gzipSync(tail)])],
  ['two streams of snappy', 2, Buffer.concat([xerial(head), xerial(tail)])],
  ['two frames of zstd', 4, Buffer.concat([zstdCompressSync(head), zstdCompressSync(tail)])],
  ['frames of zstd that are to be skipped', 4, Buffer.concat([noFrame, zstdCompressSync(bytes), noFrame])],
] as const)
  test(`${what} in a batch are read to their end`, () => {
    const { records } = read(rawBatch({ body, codec, count: 2 }))
    assert.deepEqual(
      records.map(({ offset, value }) => [offset, value]),
      two.map(({ value }, at) => [BigInt(at), value]),
    )
  })

const change = (at: number, byte: number) => bytes.map((old, index) => (index === at ? byte : old))
const second = recordBytes(two.slice(0, 1)).length // where the second record begins

test('a batch that says something else than it holds is one record without content, and says why', () => {
  const cases: [Parameters<typeof rawBatch>[0], RegExp][] = [
    [{ body: bytes, codec: 5, count: 2 }, /0 to 1 \(codec 5, \d+ bytes\) cannot be read: there is no codec/],
    [
      { body: gzipSync(bytes).subarray(0, 20), codec: 1, count: 2 },
      /\(gzip, 20 bytes\) cannot be read: unexpected end/,
    ],
    [
      { body: xerial(bytes).subarray(0, 30), codec: 2, count: 2 },
      /\(snappy, 30 bytes\) cannot be read: a chunk of snappy/,
    ],
    [{ body: Buffer.from('garbage'), codec: 3, count: 2 }, /\(lz4, 7 bytes\) cannot be read: /],
    [{ body: zstdCompressSync(bytes).subarray(0, 20), codec: 4, count: 2 }, /\(zstd, 20 bytes\) cannot be read: /],
    [{ body: Buffer.concat([zstdCompressSync(bytes), bytes]), codec: 4, count: 2 }, /\(zstd, .*cannot be read: /],
    [{ body: bytes, count: 3 }, /\(not compressed, .*cannot be read: it ends within a number/],
    [{ body: bytes, count: 1 }, /it has \d+ bytes after its 1 records/],
    [{ body: bytes, count: -1, lastOffset: 1 }, /it has \d+ bytes after its -1 records/],
    [{ body: Buffer.from('garbage'), count: 1 }, /a field has -?\d+ bytes where \d+ are left/],
    [{ body: Buffer.alloc(3_000_000, 0xff), count: 1 }, /a number has more than 5 bytes/],
    [{ body: Buffer.from(change(5, 9)), count: 2 }, /a field has -5 bytes/],
    [{ body: Buffer.from(change(second + 4, 0)), count: 2 }, /a record has offset 0, after 0/],
    [{ body: Buffer.from(change(second + 4, 80)), count: 2 }, /a record has offset 40, after 0/],
  ]
  for (const [batch, why] of cases) assert.match(unreadOf(rawBatch(batch), 'malformed'), why)
})

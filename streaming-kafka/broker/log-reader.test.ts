import { createRecordsBatch, type MessageRecord } from './client.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sealed } from '../tests/support/raw-batches.ts'
import { takeAll } from './log-reader.ts'
import type { LogRecord } from './record.ts'

const NAMES = new Map([['id', 'orders']])
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

function fetched(partitionIndex: number, batches: Buffer, end = 100n) {
  const nothing = {
    errorCode: 0,
    abortedTransactions: [],
    divergingEpoch: undefined,
    preferredReadReplica: -1 as const,
  }
  return { partitionIndex, batches, end, ...nothing }
}

function batchOf(values: string[], firstOffset = 0, compression: (typeof CODECS)[number] = 'none'): Buffer {
  const messages = values.map(value => ({ topic: 'orders', key: Buffer.from('k'), value: Buffer.from(value) }))
  const batch = Buffer.from(createRecordsBatch(messages as unknown as MessageRecord[], { compression }).buffer)
  batch.writeBigInt64BE(BigInt(firstOffset), 0)
  return batch
}

function readerOf(partitions: number) {
  const positions = new Map([['orders', Array<bigint>(partitions).fill(0n)]])
  const marks = { ids: new Map<string, string>(), epochs: new Map([['orders', Array<number>(partitions).fill(-1)]]) }
  const state = { positions, marks, suspects: new Map<string, string>() }
  return {
    position: (partition: number) => positions.get('orders')?.[partition] ?? -1n,
    take: (...parts: ReturnType<typeof fetched>[]) => takeAll([{ topicId: 'id', partitions: parts }], NAMES, state),
  }
}

const shown = ({ partition, offset, value, unread }: LogRecord) => [
  partition,
  Number(offset),
  unread ? unread.code : String(value),
]

test('a batch that cannot be read is fetched once more, while what came beside it is read', () => {
  const [good, behind] = [batchOf(['one']), batchOf(['three'], 2)]
  const hurt = batchOf(['two'], 1)
  hurt.writeUInt8(7, hurt.length - 3)
  const { take, position } = readerOf(2)
  const read = take(fetched(0, good), fetched(1, Buffer.concat([good, hurt, behind])))
  assert.deepEqual(read.map(shown), [
    [0, 0, 'one'],
    [1, 0, 'one'],
  ])
  assert.deepEqual([position(0), position(1)], [1n, 1n])
  const [unread, ...others] = take(fetched(1, Buffer.concat([hurt, behind])))
  assert.deepEqual([unread && shown(unread), others], [[1, 1, 'malformed'], []])
  assert.match(unread?.unread?.why ?? '', /^the batch of offsets 1 to 1 cannot be read: its checksum is/)
  assert.deepEqual(take(fetched(1, behind)).map(shown), [[1, 2, 'three']])
})

test('a batch that was damaged on its way alone is read', () => {
  const batch = batchOf(['one'])
  const { take } = readerOf(1)
  for (const at of [70, 71]) {
    const hurt = Buffer.from(batch)
    hurt.writeUInt8(hurt.readUInt8(at) ^ 1, at)
    assert.deepEqual(take(fetched(0, hurt)), [])
  }
  assert.deepEqual(take(fetched(0, batch)).map(shown), [[0, 0, 'one']])
})

type Damage = { kind: 'flip' | 'cut' | 'swap'; at: number; to: number; byte: number; isSealed: boolean }

/** Any damage to a batch. A sealed one has the right length and checksum, as if its producer had written it so. */
function damaged(batch: Buffer, { kind, at, to, byte, isSealed }: Damage): Buffer {
  const [from, until] = [at % batch.length, to % batch.length]
  let copy = Buffer.from(batch)
  if (kind === 'flip') copy[from] = (copy[from] ?? 0) ^ byte
  if (kind === 'swap') [copy[from], copy[until]] = [copy[until] ?? 0, copy[from] ?? 0]
  if (kind === 'cut')
    copy = Buffer.concat([copy.subarray(0, Math.min(from, until)), copy.subarray(Math.max(from, until))])
  return isSealed && copy.length > 61 ? sealed(copy) : copy
}

const damage = fc.record<Damage>({
  kind: fc.constantFrom('flip', 'cut', 'swap'),
  at: fc.oneof(fc.nat(60), fc.nat(1_000)),
  to: fc.nat(1_000),
  byte: fc.integer({ min: 1, max: 255 }),
  isSealed: fc.boolean(),
})

for (const codec of CODECS)
  test(`whatever is damaged of a batch, the reader comes past it and misses no offset silently (${codec})`, () => {
    const batches = [0, 3, 6].map(first => batchOf(['a', 'bb'.repeat(50), 'ccc'], first, codec))
    fc.assert(
      fc.property(damage, hurt => {
        const log = batches.map((batch, at) => (at === 1 ? damaged(batch, hurt) : batch))
        const { take, position } = readerOf(1)
        const records: LogRecord[] = []
        let fetches = 0
        for (; position(0) < 9n; fetches++) {
          assert.ok(fetches < 20, 'it reads the same again and again')
          const first = Math.max(0, Number(position(0) / 3n))
          records.push(...take(fetched(0, Buffer.concat(log.slice(first)), 9n)))
        }
        const isRead = (at: number) =>
          records.some(({ offset, unread }) => (unread?.first ?? offset) <= BigInt(at) && BigInt(at) <= offset)
        const missing = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter(at => !isRead(at))
        // A producer may leave out offsets, and only the broker says where a batch begins.
        const isSaid = !hurt.isSealed && log[1]?.subarray(0, 8).equals(batches[1]?.subarray(0, 8) ?? Buffer.alloc(0))
        assert.deepEqual(missing, isSaid ? [] : missing.filter(at => at > 2))
      }),
      { numRuns: 300 },
    )
  })

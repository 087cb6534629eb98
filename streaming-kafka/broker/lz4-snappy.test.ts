import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compressionsAlgorithms } from './client.ts'
import { lz4Bytes, snappyBytes } from './lz4-snappy.ts'

const MOST = 300_000

/** Bytes that repeat themselves, from near and from far. */
const data = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 3_000 })), {
    minLength: 1,
    maxLength: 20,
  })
  .map(parts => Buffer.concat(parts.map(([bytes, times]) => Buffer.concat(Array<Uint8Array>(times).fill(bytes)))))
  .map(bytes => bytes.subarray(0, MOST))

for (const [name, { compressSync }, decompress] of [
  ['lz4', compressionsAlgorithms.lz4, lz4Bytes],
  ['snappy', compressionsAlgorithms.snappy, snappyBytes],
] as const) {
  test(`what the client compressed is decompressed to the same bytes, within its bound (${name})`, () => {
    fc.assert(
      fc.property(data, bytes => {
        const compressed = compressSync(bytes)
        assert.ok(decompress(compressed, bytes.length).equals(bytes))
        assert.throws(() => decompress(compressed, bytes.length - 1), { code: 'too-large' })
      }),
      { numRuns: 100 },
    )
  })

  test(`any bytes are decompressed within the bound or refused (${name})`, () => {
    const good = compressSync(Buffer.from('order-1 order-2 order-1 order-2 '.repeat(30)))
    const damaged = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    const any = fc.oneof(
      damaged.map(changes => {
        const bytes = Buffer.from(good)
        for (const [at, byte] of changes) bytes[at] = byte
        return bytes
      }),
      fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(any, bytes => {
        let length = 0
        try {
          length = decompress(bytes, MOST).length
        } catch (error) {
          assert.ok(error instanceof Error && !(error instanceof TypeError), String(error))
        }
        assert.ok(length <= MOST)
      }),
      { numRuns: 1_000 },
    )
  })
}

test('snappy that ends within its head, or says a length that never ends, is damaged', () => {
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00, 0, 0, 0, 1])
  assert.throws(() => snappyBytes(head, MOST), /the head of snappy is damaged/)
  assert.throws(() => snappyBytes(Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80]), MOST), /a block of snappy is damaged/)
})

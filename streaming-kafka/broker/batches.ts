// The batches of a fetch, and the records in them.
// Guarantees: what a batch may become is bounded before it is in memory, however small it is when it is compressed: in
// bytes, and in records and headers, each of which costs far more than its bytes. What is over a bound becomes one record
// without content, which says what it stands for. A record does not hold the decompressed batch that it came in.
import { compressionsAlgorithms, Reader } from './client.ts'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { LabError } from '#common/contracts/errors.ts'
import type { Header, LogRecord } from './record.ts'
import { lz4Bytes, snappyBytes } from './uncompressed-bytes.ts'

const MEBIBYTE = 1024 * 1024
/** A batch of this model has at most half a mebibyte. */
const MAX_BATCH_BYTES = 8 * MEBIBYTE
/** What a broker takes by default of a batch that is not compressed. */
const MAX_RECORD_BYTES = MEBIBYTE
/** Records and headers. Each takes some hundred bytes of memory, however few it has. */
const MAX_PIECES = 50_000

const COMPRESSION = 0b111
const TRANSACTIONAL = 16
const CONTROL = 32
const HEAD_BYTES = 61

export type Batch = {
  firstOffset: bigint
  lastOffset: bigint
  /** The leader epoch in which it was written. */
  epoch: number
  producerId: bigint
  isTransactional: boolean
  /** It marks the end of a transaction, and has no records of anybody. */
  isControl: boolean
  compression: number
  count: number
  body: Buffer
}

/** What a fetch may still become. */
export type Budget = { bytes: number; pieces: number }
export const newBudget = (): Budget => ({ bytes: MAX_BATCH_BYTES, pieces: MAX_PIECES })
/** The batches that are left are read by the next fetch. */
export const isSpent = ({ bytes, pieces }: Budget): boolean => bytes <= 0 || pieces <= 0

/** The whole batches, by https://kafka.apache.org/documentation/#recordbatch. Nothing is decompressed. */
export function* batchesIn(bytes: Buffer): Generator<Batch> {
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const end = at + 12 + bytes.readInt32BE(at + 8)
    if (end > bytes.length) return
    const firstOffset = bytes.readBigInt64BE(at)
    const attributes = bytes.readInt16BE(at + 21)
    yield {
      firstOffset,
      lastOffset: firstOffset + BigInt(bytes.readInt32BE(at + 23)),
      epoch: bytes.readInt32BE(at + 12),
      producerId: bytes.readBigInt64BE(at + 43),
      isTransactional: (attributes & TRANSACTIONAL) !== 0,
      isControl: (attributes & CONTROL) !== 0,
      compression: attributes & COMPRESSION,
      count: bytes.readInt32BE(at + 57),
      body: bytes.subarray(at + HEAD_BYTES, end),
    }
    at = end
  }
}

type Content = Pick<LogRecord, 'offset' | 'epoch' | 'key' | 'value' | 'headers' | 'unread'>

/** The records of a batch; in place of a batch that is over a bound one record. What it became is taken off the budget. */
export function recordsIn(batch: Batch, budget: Budget): Content[] {
  let pieces = 0
  const count = (more: number) => {
    pieces += more
    if (more < 0 || pieces > MAX_PIECES)
      throw new LabError('too-large', `has more than ${MAX_PIECES} records and headers`)
  }
  try {
    count(batch.count)
    const body = decompress(batch)
    const reader = Reader.from(body)
    const records: Content[] = []
    while (records.length < batch.count) records.push(readRecord(batch, reader, count))
    budget.bytes -= body.length
    budget.pieces -= pieces
    return records
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    // As much memory as the bound says may be waiting to be freed.
    budget.bytes = 0
    const { firstOffset, lastOffset } = batch
    const why = `the batch of offsets ${firstOffset} to ${lastOffset} ${error.detail}; nothing of it is kept`
    return [withoutContent(batch, lastOffset, { first: firstOffset, why })]
  }
}

const withoutContent = ({ epoch }: Batch, offset: bigint, unread: LogRecord['unread']): Content => {
  return { offset, epoch, key: null, value: null, headers: [], unread }
}

function readRecord(batch: Batch, whole: Reader, count: (more: number) => void): Content {
  const length = whole.readVarInt()
  const end = whole.position + length
  const isLarge = length > MAX_RECORD_BYTES
  // Work on the record may last, and a view would hold all bytes of its batch meanwhile.
  const isCopied = batch.compression !== 0 && !isLarge
  const reader = isCopied ? Reader.from(Buffer.from(whole.buffer.slice(whole.position, end))) : whole
  reader.skip(1)
  reader.readVarInt64() // its timestamp
  const offset = batch.firstOffset + BigInt(reader.readVarInt())
  if (isLarge) {
    whole.position = end
    const why = `the record has ${length} bytes, and at most ${MAX_RECORD_BYTES} are read; nothing of it is kept`
    return withoutContent(batch, offset, { first: offset, why })
  }
  const key = reader.readVarIntBytes()
  const value = reader.readVarIntBytes()
  const headerCount = reader.readVarInt()
  count(headerCount)
  const headers: Header[] = []
  while (headers.length < headerCount)
    headers.push([reader.readVarIntBytes() ?? EMPTY, reader.readVarIntBytes() ?? EMPTY])
  whole.position = end
  return { offset, epoch: batch.epoch, key, value, headers }
}

const EMPTY = Buffer.alloc(0)

/** By the number of the codec. Two have a bound of their own, for the others it is asked before how much they will write. */
const CODECS: Record<number, { name: string; decompress(body: Buffer): Buffer }> = {
  1: { name: 'gzip', decompress: body => gunzipSync(body, { maxOutputLength: MAX_BATCH_BYTES }) },
  2: { name: 'snappy', decompress: body => ifWithin(snappyBytes(body), () => snappy.decompressSync(body)) },
  3: { name: 'lz4', decompress: body => ifWithin(lz4Bytes(body), () => lz4.decompressSync(body)) },
  4: { name: 'zstd', decompress: body => zstdDecompressSync(body, { maxOutputLength: MAX_BATCH_BYTES }) },
}
const { snappy, lz4 } = compressionsAlgorithms

function ifWithin(bytes: number, decompress: () => Buffer): Buffer {
  if (bytes > MAX_BATCH_BYTES) throw new LabError('too-large', '')
  return decompress()
}

/** @throws LabError when it would become too large */
function decompress({ compression, body }: Batch): Buffer {
  if (compression === 0) {
    if (body.length > MAX_BATCH_BYTES) throw new LabError('too-large', `has ${body.length} bytes`)
    return body
  }
  const codec = CODECS[compression]
  if (!codec) throw new Error(`a batch is compressed by a codec of the unknown number ${compression}`)
  try {
    return codec.decompress(body)
  } catch (error) {
    if (!(error instanceof LabError) && !hasCode(error, 'ERR_BUFFER_TOO_LARGE')) throw error
    const larger = `becomes more than ${MAX_BATCH_BYTES} bytes when it is decompressed (${codec.name}, ${body.length} bytes)`
    throw new LabError('too-large', larger)
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

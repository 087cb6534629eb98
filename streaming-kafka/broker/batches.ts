// The batches of a fetch, without their records.
// Guarantees: a batch that is damaged is one batch all the same, with the offsets that it stands for: what reads it always
// comes to its end, and never goes back. A batch of which the fetch has only the beginning is left for the next fetch.
import { crc32c } from './client.ts'

const COMPRESSION = 0b111
const TRANSACTIONAL = 16
const CONTROL = 32
/** Of the only format that is read; an older one has a shorter head. */
const MAGIC = 2
const HEAD_BYTES = 61
/** Up to the magic byte all formats are alike. */
const COMMON_HEAD_BYTES = 17
/** The length that a batch says does not count its first offset and the length itself. */
const LENGTH_END = 12
const CHECKED_FROM = 21

export type Batch = {
  firstOffset: bigint
  lastOffset: bigint
  /** The leader epoch in which it was written; -1 where it is not known. */
  epoch: number
  producerId: bigint
  isTransactional: boolean
  /** It marks the end of a transaction, and has no records of anybody. */
  isControl: boolean
  compression: number
  count: number
  body: Buffer
  /** Why nothing that it says of itself is believed. */
  damage?: string
}

type Range = {
  /** The position of the reader. */
  from: bigint
  /** Of the partition; what is said to be behind it is not there. */
  end: bigint
}

/**
 * The whole batches from a position on, by https://kafka.apache.org/documentation/#recordbatch. Nothing is decompressed. A
 * damaged one is the last.
 */
export function* batchesIn(bytes: Buffer, { from, end }: Range): Generator<Batch> {
  let next = from
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at)
    const length = lengthOf(rest)
    // The broker cuts the last one, and sends the first one whole whatever its length.
    if (length > rest.length && at > 0) return
    const damage = damageOf(rest, length)
    if (damage !== undefined) return yield damagedBatch(rest, { from: next, end }, damage)
    const batch = readBatch(rest.subarray(0, length))
    const isInTurn = batch.firstOffset <= batch.lastOffset && batch.lastOffset >= next
    if (!isInTurn) return yield damagedBatch(rest, { from: next, end }, `it does not come at offset ${next}`)
    yield batch
    next = batch.lastOffset + 1n
    at += length
  }
}

/** Of a batch that begins here, by what it says itself. */
const lengthOf = (bytes: Buffer): number =>
  bytes.length < COMMON_HEAD_BYTES ? Infinity : LENGTH_END + bytes.readInt32BE(8)

function damageOf(bytes: Buffer, length: number): string | undefined {
  if (length > bytes.length)
    return length === Infinity ? 'it ends in its head' : `it says that it has ${length} bytes, and has fewer`
  const magic = bytes.readInt8(16)
  if (magic !== MAGIC) return `it has format ${magic}, and only ${MAGIC} is read`
  if (length < HEAD_BYTES) return `it says that it has ${length} bytes`
  const said = bytes.readUInt32BE(17)
  const is = crc32c(bytes.subarray(CHECKED_FROM, length))
  return said === is ? undefined : `its checksum is ${is.toString(16)}, and should be ${said.toString(16)}`
}

function readBatch(bytes: Buffer): Batch {
  const firstOffset = bytes.readBigInt64BE(0)
  const attributes = bytes.readInt16BE(CHECKED_FROM)
  return {
    firstOffset,
    lastOffset: firstOffset + BigInt(bytes.readInt32BE(23)),
    epoch: bytes.readInt32BE(12),
    producerId: bytes.readBigInt64BE(43),
    isTransactional: (attributes & TRANSACTIONAL) !== 0,
    isControl: (attributes & CONTROL) !== 0,
    compression: attributes & COMPRESSION,
    count: bytes.readInt32BE(57),
    body: bytes.subarray(HEAD_BYTES),
  }
}

/** It stands for the offsets that its head says where they are possible, and else for the one that was to be read. */
function damagedBatch(bytes: Buffer, { from, end }: Range, damage: string): Batch {
  const range = offsetsOf(bytes, from)
  const isPossible = range.firstOffset <= range.lastOffset && range.lastOffset >= from && range.lastOffset < end
  const { firstOffset, lastOffset } = isPossible ? range : { firstOffset: from, lastOffset: from }
  const compression = bytes.length < HEAD_BYTES ? 0 : bytes.readInt16BE(CHECKED_FROM) & COMPRESSION
  const unknown = { epoch: -1, producerId: -1n, isTransactional: false, isControl: false, count: 0 }
  return { ...unknown, firstOffset, lastOffset, compression, body: bytes.subarray(0, 0), damage }
}

function offsetsOf(bytes: Buffer, from: bigint): { firstOffset: bigint; lastOffset: bigint } {
  if (bytes.length < COMMON_HEAD_BYTES) return { firstOffset: from, lastOffset: -1n }
  const offset = bytes.readBigInt64BE(0)
  // In an older format it is the last one.
  if (bytes.readInt8(16) !== MAGIC || bytes.length < HEAD_BYTES) return { firstOffset: from, lastOffset: offset }
  return { firstOffset: offset, lastOffset: offset + BigInt(bytes.readInt32BE(23)) }
}

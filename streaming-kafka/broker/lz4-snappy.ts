// Decompresses lz4 and snappy, each within a bound.
// The client's own take no bound, end in a trap of their WebAssembly where the data is damaged, and keep all the memory of
// that attempt for ever. Checksums of lz4 are not read: a batch has one of its own over the same bytes.
import { LabError } from '#common/contracts/errors.ts'

const damaged = (what: string): Error => new Error(`${what} is damaged`)

function within(bytes: number, most: number): void {
  if (bytes > most) throw new LabError('too-large', `it becomes more than ${most} bytes`)
}

/** Writes again what stands `distance` bytes before; the two may overlap, and then it is repeated. */
function copyBack(out: Buffer, to: number, distance: number, length: number): void {
  if (distance >= length) out.copyWithin(to, to - distance, to - distance + length)
  else for (let at = to; at < to + length; at++) out[at] = out[at - distance] ?? 0
}

/** The header that the Java client writes before chunks, each with its length. Other clients write one chunk alone. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_BYTES = 16
/** A byte of a block becomes fewer than this many. */
const SNAPPY_RATIO = 64

/** By https://github.com/google/snappy/blob/main/format_description.txt. @throws LabError `too-large`; Error when it is damaged */
export function snappyBytes(data: Buffer, most: number): Buffer {
  const isXerial = (at: number): boolean => data.subarray(at, at + XERIAL.length).equals(XERIAL)
  if (!isXerial(0)) return snappyBlock(data, most)
  const chunks: Buffer[] = []
  let left = most
  for (let at = 0; at < data.length; ) {
    // Streams may follow one another.
    if (isXerial(at)) {
      at += XERIAL_BYTES
      if (at > data.length) throw damaged('the head of snappy')
      continue
    }
    const end = at + 4 + data.readUInt32BE(at)
    if (end > data.length) throw damaged('a chunk of snappy')
    const chunk = snappyBlock(data.subarray(at + 4, end), left)
    chunks.push(chunk)
    left -= chunk.length
    at = end
  }
  return Buffer.concat(chunks)
}

/** It begins with the length of what it becomes: seven bits a byte, the lowest first. */
function snappyBlock(data: Buffer, most: number): Buffer {
  let length = 0
  let at = 0
  for (let scale = 1, byte = 0x80; byte >= 0x80; scale *= 0x80) {
    if (at === 5) throw damaged('a block of snappy')
    byte = data.readUInt8(at++)
    length += (byte & 0x7f) * scale
  }
  if (length > SNAPPY_RATIO * data.length) throw damaged('a block of snappy')
  within(length, most)
  const out = Buffer.allocUnsafe(length)
  let to = 0
  while (at < data.length) {
    const tag = data.readUInt8(at++)
    const isLiteral = (tag & 3) === 0
    const { bytes, distance, next } = isLiteral ? snappyLiteral(data, tag, at) : snappyCopy(data, tag, at)
    const isOutside = to + bytes > length || distance > to || (isLiteral && next + bytes > data.length)
    if (isOutside) throw damaged('a block of snappy')
    if (isLiteral) data.copy(out, to, next, next + bytes)
    else copyBack(out, to, distance, bytes)
    to += bytes
    at = isLiteral ? next + bytes : next
  }
  if (to < length) throw damaged('a block of snappy')
  return out
}

function snappyLiteral(data: Buffer, tag: number, at: number) {
  const size = tag >> 2
  const extra = Math.max(0, size - 59)
  return { bytes: 1 + (extra === 0 ? size : data.readUIntLE(at, extra)), distance: 0, next: at + extra }
}

function snappyCopy(data: Buffer, tag: number, at: number) {
  const [bytes, distance, next] =
    (tag & 3) === 1
      ? [4 + ((tag >> 2) & 7), ((tag >> 5) << 8) + data.readUInt8(at), at + 1]
      : (tag & 3) === 2
        ? [1 + (tag >> 2), data.readUInt16LE(at), at + 2]
        : [1 + (tag >> 2), data.readUInt32LE(at), at + 4]
  if (distance === 0) throw damaged('a block of snappy')
  return { bytes, distance, next }
}

const LZ4_MAGIC = 0x184d2204
/** The version of the format, and that no block needs another. */
const INDEPENDENT = 0x60
const STORED = 0x8000_0000
/** A byte of a block becomes at most this many. */
const LZ4_RATIO = 255

/**
 * The first frame, by https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md: the broker and the Java client read no
 * other. Blocks that need those before them are refused by the broker. @throws LabError `too-large`; Error when it is damaged
 */
export function lz4Bytes(data: Buffer, most: number): Buffer {
  const flags = data.readUInt8(4)
  const has = (bit: number): boolean => (flags & bit) !== 0
  const largest = 2 ** (8 + 2 * ((data.readUInt8(5) >> 4) & 7))
  const isKnown = data.readUInt32LE(0) === LZ4_MAGIC && (flags & 0xe0) === INDEPENDENT && largest >= 2 ** 16
  if (!isKnown) throw damaged('the head of lz4')
  const blocks: Buffer[] = []
  let left = most
  for (let at = 7 + (has(8) ? 8 : 0) + (has(1) ? 4 : 0); ; ) {
    const head = data.readUInt32LE(at)
    if (head === 0) return Buffer.concat(blocks)
    const length = head % STORED
    const end = at + 4 + length
    if (end > data.length) throw damaged('a block of lz4')
    const bytes = data.subarray(at + 4, end)
    const block = head >= STORED ? bytes : lz4Block(bytes, largest)
    left -= block.length
    if (left < 0) within(most + 1, most)
    blocks.push(block)
    at = end + (has(16) ? 4 : 0)
  }
}

function lz4Block(data: Buffer, largestOfFrame: number): Buffer {
  const largest = Math.min(largestOfFrame, LZ4_RATIO * data.length)
  const out = Buffer.allocUnsafe(largest)
  let to = 0
  let at = 0
  const lengthOf = (short: number): number => {
    let length = short
    for (let more = short === 15 ? 255 : 0; more === 255; length += more) more = data.readUInt8(at++)
    return length
  }
  while (at < data.length) {
    const token = data.readUInt8(at++)
    const literals = lengthOf(token >> 4)
    if (at + literals > data.length || to + literals > largest) throw damaged('a block of lz4')
    data.copy(out, to, at, at + literals)
    at += literals
    to += literals
    // The last sequence ends with its literals.
    if (at === data.length) break
    const distance = data.readUInt16LE(at)
    at += 2
    const length = 4 + lengthOf(token & 15)
    if (distance === 0 || distance > to || to + length > largest) throw damaged('a block of lz4')
    copyBack(out, to, distance, length)
    to += length
  }
  return Buffer.from(out.subarray(0, to))
}

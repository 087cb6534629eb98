// How many bytes compressed data will become at most, for the two codecs whose decompressor takes no bound. Only lengths
// are read, and nothing is decompressed.

/** The header that the Java client writes before chunks, each with its length. Other clients write one chunk alone. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_BYTES = 16

/** Each chunk begins with its uncompressed length, and a decompressor refuses one that has another. */
export function snappyBytes(data: Buffer): number {
  if (!data.subarray(0, XERIAL.length).equals(XERIAL)) return varint(data)
  let bytes = 0
  for (let at = XERIAL_BYTES; at + 4 <= data.length; at += 4 + data.readUInt32BE(at))
    bytes += varint(data.subarray(at + 4))
  return bytes
}

/** Seven bits a byte, the lowest first. */
function varint(data: Buffer): number {
  let value = 0
  for (const [index, byte] of data.subarray(0, 5).entries()) {
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) break
  }
  return value
}

/** A byte of a block becomes at most this many. */
const LZ4_RATIO = 255
const STORED = 0x8000_0000

/** A frame has blocks of at most the size in its header (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). */
export function lz4Bytes(data: Buffer): number {
  const flags = data.readUInt8(4)
  const largest = 2 ** (8 + 2 * ((data.readUInt8(5) >> 4) & 7))
  const has = (bit: number): boolean => (flags & bit) !== 0
  let at = 7 + (has(8) ? 8 : 0) + (has(1) ? 4 : 0)
  let bytes = 0
  while (at + 4 <= data.length) {
    const head = data.readUInt32LE(at)
    const length = head % STORED
    if (head === 0) break
    bytes += head >= STORED ? length : Math.min(largest, LZ4_RATIO * length)
    at += 4 + length + (has(16) ? 4 : 0)
  }
  return bytes
}

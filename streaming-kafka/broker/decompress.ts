// Decompresses the body of a batch, whatever it is, within a bound that holds before the bytes are in memory.
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { explain, LabError } from '#common/contracts/errors.ts'
import { lz4Bytes, snappyBytes } from './lz4-snappy.ts'

/** A batch of this model has at most half a mebibyte. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024
/** Each has a state of its own while it is read, however short it is. */
const MAX_FRAMES = 1_000

type Codec = { name: string; decompress(body: Buffer, most: number): Buffer }

/** By its number in the head of a batch. */
const CODECS: Record<number, Codec> = {
  0: { name: 'not compressed', decompress: body => body },
  1: { name: 'gzip', decompress: (body, maxOutputLength) => gunzipSync(body, { maxOutputLength }) },
  2: { name: 'snappy', decompress: snappyBytes },
  3: { name: 'lz4', decompress: lz4Bytes },
  4: { name: 'zstd', decompress: zstdBytes },
}

export const codecName = (number: number): string => CODECS[number]?.name ?? `codec ${number}`

/** @throws LabError `too-large` when it would become too large, `malformed` when it cannot be decompressed */
export function decompress(number: number, body: Buffer): Buffer {
  const codec = CODECS[number]
  if (!codec) throw new LabError('malformed', 'there is no codec of this number')
  try {
    const bytes = codec.decompress(body, MAX_BATCH_BYTES)
    if (bytes.length <= MAX_BATCH_BYTES) return bytes
  } catch (error) {
    const isTooLarge = error instanceof LabError || hasCode(error, 'ERR_BUFFER_TOO_LARGE')
    if (!isTooLarge) throw new LabError('malformed', reasonOf(error), { cause: error })
  }
  const becomes = number === 0 ? `has ${body.length}` : `becomes more than ${MAX_BATCH_BYTES}`
  throw new LabError('too-large', `${becomes} bytes${number === 0 ? '' : ' when it is decompressed'}`)
}

/** All frames; Node reads the first alone. */
function zstdBytes(body: Buffer, most: number): Buffer {
  const frames: Buffer[] = []
  let left = most
  for (let at = 0; at < body.length; ) {
    if (frames.length === MAX_FRAMES) throw new Error(`it has more than ${MAX_FRAMES} frames`)
    // One byte more than may be left, because 0 is no bound.
    const read: unknown = zstdDecompressSync(body.subarray(at), { maxOutputLength: left + 1, info: true })
    const { buffer, engine } = read as { buffer: Buffer; engine: { bytesWritten: number } }
    if (engine.bytesWritten === 0) throw new Error('a frame is damaged')
    frames.push(buffer)
    left -= buffer.length
    at += engine.bytesWritten
    if (left < 0) throw new LabError('too-large', `it becomes more than ${most} bytes`)
  }
  return Buffer.concat(frames)
}

/** What reads numbers from bytes throws a RangeError behind their end. */
const reasonOf = (error: unknown): string => (error instanceof RangeError ? 'it ends too early' : explain(error))

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

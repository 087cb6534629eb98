// The records in a batch.
// Guarantees: what a batch may become is bounded before it is in memory, however small it is when it is compressed: in
// bytes, and in records and headers, each of which costs far more than its bytes. What is over a bound, or cannot be read,
// becomes one record without content, which says what it stands for. A record holds neither the fetch nor the decompressed
// batch that it came in.
import { LabError } from '#common/contracts/errors.ts'
import type { Batch } from './batches.ts'
import { codecName, decompress, MAX_BATCH_BYTES } from './decompress.ts'
import type { Header, LogRecord } from './record.ts'

/** What a broker takes by default of a batch that is not compressed. */
const MAX_RECORD_BYTES = 1024 * 1024
/** Records and headers. Each takes some hundred bytes of memory, however few it has. */
const MAX_PIECES = 50_000

/** What a fetch may still become. */
export type Budget = { bytes: number; pieces: number }
export const newBudget = (): Budget => ({ bytes: MAX_BATCH_BYTES, pieces: MAX_PIECES })
/** The batches that are left are read by the next fetch. */
export const isSpent = ({ bytes, pieces }: Budget): boolean => bytes <= 0 || pieces <= 0

type Content = Pick<LogRecord, 'offset' | 'epoch' | 'key' | 'value' | 'headers' | 'unread'>
type Unread = NonNullable<LogRecord['unread']>

/** The records of a batch, or in place of all of them one without content. What it became is taken off the budget. */
export function recordsIn(batch: Batch, budget: Budget): Content[] {
  let pieces = 0
  const count = (more: number) => {
    pieces += more
    if (pieces > MAX_PIECES) throw new LabError('too-large', `has more than ${MAX_PIECES} records and headers`)
  }
  try {
    if (batch.damage !== undefined) throw new LabError('malformed', batch.damage)
    count(batch.count)
    const body = decompress(batch.compression, batch.body)
    const records = readRecords(batch, body, count)
    budget.bytes -= body.length
    budget.pieces -= pieces
    return records
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    // As much memory as the bound says may be waiting to be freed.
    budget.bytes = 0
    return [instead(batch, error)]
  }
}

function instead(batch: Batch, { code: reason, detail }: LabError): Content {
  const { firstOffset, lastOffset, compression, body } = batch
  const code = reason === 'too-large' ? reason : 'malformed'
  const problem = code === 'too-large' ? detail : `cannot be read: ${detail}`
  const of = batch.damage === undefined ? ` (${codecName(compression)}, ${body.length} bytes)` : ''
  const why = `the batch of offsets ${firstOffset} to ${lastOffset}${of} ${problem}; nothing of it is kept`
  return withoutContent(batch, lastOffset, { first: firstOffset, code, why })
}

const withoutContent = ({ epoch }: Batch, offset: bigint, unread: Unread): Content => {
  return { offset, epoch, key: null, value: null, headers: [], unread }
}

function readRecords(batch: Batch, body: Buffer, count: (more: number) => void): Content[] {
  const fields = readFields(body)
  const records: Content[] = []
  for (let next = batch.firstOffset; records.length < batch.count; ) {
    const record = readRecord(batch, fields.bytes(fields.number()), count)
    if (record.offset < next || record.offset > batch.lastOffset)
      throw malformed(`a record has offset ${record.offset}, after ${next - 1n}`)
    next = record.offset + 1n
    records.push(record)
  }
  if (fields.left() > 0) throw malformed(`it has ${fields.left()} bytes after its ${batch.count} records`)
  return records
}

/** By https://kafka.apache.org/documentation/#record. */
function readRecord(batch: Batch, whole: Buffer, count: (more: number) => void): Content {
  const isLarge = whole.length > MAX_RECORD_BYTES
  // Work on the record may last, and a view would hold all that it came in meanwhile.
  const fields = readFields(isLarge ? whole : Buffer.from(whole))
  fields.bytes(1)
  fields.number(MAX_LONG_BYTES) // its timestamp
  const offset = batch.firstOffset + BigInt(fields.number())
  if (isLarge) {
    const why = `the record has ${whole.length} bytes, and at most ${MAX_RECORD_BYTES} are read; nothing of it is kept`
    return withoutContent(batch, offset, { first: offset, code: 'too-large', why })
  }
  const key = fields.bytesOrNull()
  const value = fields.bytesOrNull()
  const headerCount = fields.number()
  count(headerCount)
  const headers: Header[] = []
  while (headers.length < headerCount) headers.push([fields.bytesOrNull() ?? EMPTY, fields.bytesOrNull() ?? EMPTY])
  if (fields.left() > 0) throw malformed(`the record of offset ${offset} is longer than what is in it`)
  return { offset, epoch: batch.epoch, key, value, headers }
}

const EMPTY = Buffer.alloc(0)
const malformed = (why: string): LabError => new LabError('malformed', why)

/** The most bytes of a number. The client reads on as long as a byte says that there is another. */
const MAX_INT_BYTES = 5
const MAX_LONG_BYTES = 10

/** What reads the fields of a record one after the other. @throws LabError `malformed` behind the end */
function readFields(data: Buffer) {
  let at = 0
  const bytes = (length: number): Buffer => {
    if (length < 0 || length > data.length - at)
      throw malformed(`a field has ${length} bytes where ${data.length - at} are left`)
    at += length
    return data.subarray(at - length, at)
  }
  /** Seven bits a byte, the lowest first; odd ones are negative. One of more than 53 bits is not exact. */
  const number = (most = MAX_INT_BYTES): number => {
    let value = 0
    for (let index = 0; index < most; index++) {
      const byte = data[at++]
      if (byte === undefined) throw malformed('it ends within a number')
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    throw malformed(`a number has more than ${most} bytes`)
  }
  const bytesOrNull = (): Buffer | null => {
    const length = number()
    return length === -1 ? null : bytes(length)
  }
  return { number, bytes, bytesOrNull, left: (): number => data.length - at }
}

/**
 * The file of a history: lines of JSON, compressed by zstd. The first line has the history without its rows. Each line after it has
 * some of the rows of one list, as columns (history-columns.ts), and the texts that are new in them; the last one the checksum of
 * all before it.
 *
 * Guarantees: no text and no buffer grows with the history, which may have a million orders and more. What comes back was written
 * so: a file that is cut or damaged is an error. Does not look at what a row holds; whoever reads it does.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { constants, crc32, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { type Column, columnOfRows, type TextTable, valuesOf } from './history-columns.ts'

/** Some rows of a list. `list`: where it is in the history. */
type Part = { list: string[]; texts: string[]; rows: Column }

const ROWS_PER_PART = 20_000
/** Lists that have parts are fields of the history, or of its evidence. */
const DEPTH = 2

/**
 * `smallest` takes some times as long as `quick`, and gives nine tenths of the bytes. Short matches are of digits that are alike by
 * chance, and cost more than the digits.
 */
const SIZES = {
  quick: { [constants.ZSTD_c_compressionLevel]: 3 },
  smallest: { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_minMatch]: 7 },
}

/** @throws Error of the file system */
export const writeHistory = (file: string, history: unknown): Promise<void> =>
  pipeline(written(history), compressor('quick'), createWriteStream(file))

/** What the smallest file of the history holds. */
export const packHistory = (history: unknown): Promise<Buffer> =>
  pipeline(written(history), compressor('smallest'), buffer)

const compressor = (size: keyof typeof SIZES) => createZstdCompress({ params: SIZES[size] })

const written = (history: unknown): Readable => Readable.from(withChecksum(linesOf(history)))

/** A number of which one digit was damaged is a number all the same; and what is cut has no last line. */
function* withChecksum(lines: Iterable<string>): Generator<string> {
  let sum = 0
  for (const line of lines) {
    sum = crc32(line, sum)
    yield `${line}\n`
  }
  yield `${JSON.stringify({ crc32: sum })}\n`
}

function* linesOf(history: unknown): Generator<string> {
  yield JSON.stringify({ history: withoutRows(history, DEPTH) })
  const texts: TextTable = { numbers: new Map(), fresh: [] }
  for (const { list, rows } of listsOf(history, DEPTH))
    for (let from = 0; from < rows.length; from += ROWS_PER_PART) {
      const part: Part = { list, texts: [], rows: columnOfRows(rows.slice(from, from + ROWS_PER_PART), texts) }
      part.texts = texts.fresh.splice(0)
      yield JSON.stringify(part)
    }
}

function* listsOf(value: unknown, depth: number, list: string[] = []): Generator<{ list: string[]; rows: unknown[] }> {
  if (Array.isArray(value)) yield { list, rows: value }
  else if (isObject(value) && depth > 0)
    for (const [key, field] of Object.entries(value)) yield* listsOf(field, depth - 1, [...list, key])
}

function withoutRows(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return []
  if (!isObject(value) || depth === 0) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutRows(field, depth - 1)]))
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** @throws Error when it is no such file, or is cut or damaged, and of the file system */
export async function readHistoryFile(file: string): Promise<unknown> {
  const reader = historyReader()
  const bytes = createReadStream(file)
  const text = createZstdDecompress()
  // No pipeline: the compressor of Node may end a file with a frame of nothing, which its decompressor leaves unread.
  bytes.on('error', error => text.destroy(error)).pipe(text)
  try {
    for await (const line of linesIn(text)) reader.line(line)
  } finally {
    bytes.destroy()
  }
  return reader.end()
}

/** Pieces are joined once: a line may be of many. */
async function* linesIn(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let begun: Buffer[] = []
  for await (const piece of bytes) {
    let from = 0
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...begun, piece.subarray(from, end)]).toString()
      begun = []
      from = end + 1
    }
    begun.push(piece.subarray(from))
  }
}

const NEWLINE = 10

function historyReader(): { line(text: string): void; end(): unknown } {
  let head: { history: unknown } | undefined
  let sum = 0
  let isWhole = false
  const texts: string[] = []
  const add = ({ list, texts: fresh, rows }: Part): void => {
    for (const text of fresh) texts.push(text)
    const found = list.reduce(fieldOf, head?.history)
    if (!Array.isArray(found)) throw new TypeError(`${list.join('.')} is no list`)
    for (const row of valuesOf(rows, texts)) found.push(row)
  }
  return {
    line(text) {
      try {
        const line = JSON.parse(text) as { history: unknown } | { crc32: number } | Part
        if ('crc32' in line) isWhole = line.crc32 === sum
        else if ('history' in line) head = line
        else add(line)
      } catch (error) {
        throw new Error('it is no file of a history', { cause: error })
      }
      sum = crc32(text, sum)
    },
    end() {
      if (!head || !isWhole) throw new Error('it is cut or damaged')
      return head.history
    },
  }
}

const fieldOf = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

// The client decodes the headers of a message by recursion, before anybody has seen the message. Headers that are nested some
// thousand times overflow its stack; it then closes the connection, gets the same message again, and so on for ever.
// Guarantees: every message that the broker sends is delivered. When the client cannot decode its headers, it gets them without
// the tables and arrays that are large enough to be nested so deeply, and without those of a type that it does not know.
// Not promised: that it is delivered at once. RabbitMQ itself takes seconds for 20,000 levels.
// This replaces an internal function of the client; a version without that function is refused at once.
import codec from 'rabbitmq-client/lib/codec.js'

type Read = (bytes: number) => Promise<Buffer>
type DecodeFrame = (read: Read) => Promise<unknown>

/** An array takes 5 bytes, so that one of these has 820 levels at most. The client overflows at some 2,700. */
const MAX_NESTED_BYTES = 4_096

const HEADER_FRAME = 2
/** Before the properties: class, weight, size of the body, and which properties there are. */
const PROPERTIES_AT = 14
/** The first properties, as which they are flagged. */
const CONTENT_TYPE = 0x8000
const CONTENT_ENCODING = 0x4000
const HEADERS = 0x2000

/** How many bytes a value takes, by the letter of its type. Of the others the first four bytes say how many follow. */
const BYTES = new Map(
  Object.entries({ V: 0, t: 1, b: 1, B: 1, s: 2, u: 2, I: 4, i: 4, f: 4, D: 5, d: 8, l: 8, T: 8, L: 8 }),
)
const TEXT_OR_BYTES = 'Sx'
const NESTED = 'FA'
/** RabbitMQ knows it, the client does not. */
const UNSIGNED_LONG = 'L'

const inner: unknown = Reflect.get(codec, 'decodeFrame')
if (typeof inner !== 'function') throw new Error('this version of rabbitmq-client decodes its frames elsewhere')
const decode = inner as DecodeFrame
Reflect.set(codec, 'decodeFrame', decodeFrame)

/** As the client's own, which reads the head of a frame, then its payload with the byte that ends it. */
export function decodeFrame(read: Read): Promise<unknown> {
  const parts: Promise<Buffer>[] = []
  const remembering: Read = bytes => {
    const part = read(bytes)
    parts.push(part)
    return part
  }
  return decode(remembering).catch(async (error: unknown) => {
    const [head, payload] = await Promise.all(parts)
    if (head?.[0] !== HEADER_FRAME || payload === undefined) throw error
    const decodeWith = (mostNestedBytes: number) => {
      const shallow = withoutNested(payload, mostNestedBytes)
      const shortened = Buffer.from(head)
      shortened.writeUInt32BE(shallow.length - 1, 3)
      const again = [shortened, shallow].values()
      return decode(async () => again.next().value ?? Buffer.alloc(0))
    }
    // A small table may hold what the client cannot read.
    return decodeWith(MAX_NESTED_BYTES).catch(() => decodeWith(0))
  })
}

/** The payload of a header frame, with those of its headers that are small or not nested. */
function withoutNested(payload: Buffer, mostNestedBytes: number): Buffer {
  const flags = payload.readUInt16BE(PROPERTIES_AT - 2)
  let at = PROPERTIES_AT
  for (const flag of [CONTENT_TYPE, CONTENT_ENCODING]) if (flags & flag) at += 1 + payload.readUInt8(at)
  if (!(flags & HEADERS)) return payload
  const end = at + 4 + payload.readUInt32BE(at)
  const kept = Buffer.concat(shallowHeaders(payload.subarray(at + 4, end), mostNestedBytes))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(kept.length)
  return Buffer.concat([payload.subarray(0, at), length, kept, payload.subarray(end)])
}

function shallowHeaders(table: Buffer, mostNestedBytes: number): Buffer[] {
  const kept: Buffer[] = []
  for (let at = 0; at < table.length; ) {
    const typeAt = at + 1 + table.readUInt8(at)
    const type = String.fromCharCode(table.readUInt8(typeAt))
    const isNested = NESTED.includes(type)
    const fixed = BYTES.get(type)
    if (fixed === undefined && !isNested && !TEXT_OR_BYTES.includes(type)) break // whatever follows cannot be found
    const size = fixed ?? 4 + table.readUInt32BE(typeAt + 1)
    const end = typeAt + 1 + size
    if (type !== UNSIGNED_LONG && !(isNested && size > mostNestedBytes)) kept.push(table.subarray(at, end))
    at = end
  }
  return kept
}

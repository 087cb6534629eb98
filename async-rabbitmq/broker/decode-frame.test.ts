import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { frame, header, headerPayload, longText, nestedTable, sized } from '../tests/support/raw-headers.ts'
import { decodeFrame } from './decode-frame.ts'

const LARGEST = 131_000

/** Decodes the frame of these headers. */
async function headersIn(...headers: Buffer[]): Promise<Record<string, unknown>> {
  let left = frame(2, 7, headerPayload(Buffer.concat(headers), 3))
  const decoded = await decodeFrame(async bytes => {
    const part = left.subarray(0, bytes)
    left = left.subarray(bytes)
    return part
  })
  const { channelId, bodySize, fields } = decoded as {
    channelId: number
    bodySize: number
    fields: { headers: object }
  }
  assert.deepEqual([left.length, channelId, bodySize], [0, 7, 3])
  return { ...fields.headers }
}

const kind = header('kind', longText('theirs'))
const count = header('count', Buffer.from('I\0\0\0\u0007'))

test('headers that are nested too deeply are left out, and those beside them stay', async () => {
  for (const type of ['F', 'A'] as const) {
    const deep = header('deep', sized(type, nestedTable(20_000, type)))
    assert.deepEqual(await headersIn(kind, deep, count), { kind: 'theirs', count: 7 })
  }
  const shallow = header('shallow', sized('F', nestedTable(2)))
  assert.deepEqual(await headersIn(kind, shallow), { kind: 'theirs', shallow: { '': { '': {} } } })
})

test('a header of a type that the client does not know is left out, and where its size is unknown those behind it too', async () => {
  const unsigned = header('unsigned', Buffer.from('L12345678'))
  const within = header('within', sized('F', header('unsigned', Buffer.from('L12345678'))))
  assert.deepEqual(await headersIn(kind, within, count), { kind: 'theirs', count: 7 })
  const strange = header('strange', Buffer.from('?'))
  assert.deepEqual(await headersIn(kind, unsigned, count), { kind: 'theirs', count: 7 })
  assert.deepEqual(await headersIn(kind, strange, count), { kind: 'theirs' })
})

test('headers of any size, depth and bytes that fit in a frame can be read', async () => {
  const name = fc.string({ maxLength: 60 })
  const text = fc.string({ maxLength: 40_000 }).map(longText)
  const bytes = fc.uint8Array({ maxLength: 40_000 }).map(value => sized('x', Buffer.from(value)))
  const nested = fc
    .tuple(fc.constantFrom('F' as const, 'A' as const), fc.integer({ min: 0, max: 20_000 }))
    .map(([type, levels]) => sized(type, nestedTable(levels, type)))
  const one = fc.tuple(name, fc.oneof(text, bytes, nested)).map(([key, value]) => header(key, value))
  const any = fc.array(one, { maxLength: 8 }).map(headers => fitting(headers))
  await fc.assert(
    fc.asyncProperty(any, async headers => void (await headersIn(kind, ...headers))),
    { numRuns: 100 },
  )
})

function fitting(headers: Buffer[]): Buffer[] {
  let left = LARGEST
  return headers.filter(({ length }) => (left -= length) > 0)
}

test('an error that is not one of headers stays an error', async () => {
  await assert.rejects(
    decodeFrame(async () => Promise.reject(new Error('the stream ended'))),
    /the stream ended/,
  )
  const broken = [Buffer.from([1, 0, 0, 0, 0, 0, 4]), Buffer.from([0xff, 0xff, 0xff, 0xff, 0xce])].values()
  await assert.rejects(
    decodeFrame(async () => broken.next().value ?? Buffer.alloc(0)),
    /invalid AMQP method/,
  )
})

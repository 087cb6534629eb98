// Headers as bytes, for what no client would encode: nested without end, or of types that it does not know.
import type { Writable } from 'node:stream'
import type { Connection } from 'rabbitmq-client'

/** A table with one header, whose value is a table with one header, and so on. */
export function nestedTable(levels: number, type: 'F' | 'A' = 'F'): Buffer {
  const level = type === 'F' ? [0, 0x46] : [0x41]
  const table = Buffer.alloc(levels * (level.length + 4))
  for (let at = 0; at < table.length; at += level.length + 4) {
    table.set(level, at)
    table.writeUInt32BE(table.length - at - level.length - 4, at + level.length)
  }
  return table
}

/** One header of a table. @param value with the byte of its type before it */
export const header = (name: string, value: Buffer): Buffer => Buffer.concat([shortText(name), value])

export const longText = (text: string): Buffer => sized('S', Buffer.from(text))
export const sized = (type: string, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(type), uint32(bytes.length), bytes])

/** The payload of a header frame that has nothing but headers. */
export function headerPayload(table: Buffer, bodySize: number): Buffer {
  const head = Buffer.alloc(14)
  head.writeUInt16BE(60, 0)
  head.writeBigUInt64BE(BigInt(bodySize), 4)
  head.writeUInt16BE(0x2000, 12)
  return Buffer.concat([head, uint32(table.length), table])
}

export function frame(type: number, channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(7)
  head.writeUInt8(type)
  head.writeUInt16BE(channel, 1)
  head.writeUInt32BE(payload.length, 3)
  return Buffer.concat([head, payload, Buffer.from([0xce])])
}

/** Publishes to a queue. Resolves when the broker has read it. */
export async function publishWithHeaders(
  connection: Connection,
  queue: string,
  table: Buffer,
  body: string,
): Promise<void> {
  const channel = await connection.acquire()
  const socket = Reflect.get(connection, '_socket') as Writable
  const method = Buffer.concat([Buffer.from([0, 60, 0, 40, 0, 0]), shortText(''), shortText(queue), Buffer.from([0])])
  socket.write(frame(1, channel.id, method))
  socket.write(frame(2, channel.id, headerPayload(table, Buffer.byteLength(body))))
  socket.write(frame(3, channel.id, Buffer.from(body)))
  await channel.close()
}

const shortText = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

// A channel that hands out bodies as the bytes that were on the wire.
// The client parses a body by its content type, unless it has a content encoding: bytes that are no UTF-8 would be
// mended in silence, and the size on the wire forgotten. So each header frame gets an encoding before it is looked at.
// This reaches into the client's inside; a version that has no such place is refused at once.
import type { Channel, Connection } from 'rabbitmq-client'

/** The content encoding that a message without one is given on its way in. */
export const RAW = 'raw'

/** Waits for the connection; rejects when there is none in time. */
export async function openRawChannel(connection: Connection): Promise<Channel> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true })
  const inner: unknown = Reflect.get(channel, '_onHeader')
  if (typeof inner !== 'function') throw new Error('this version of rabbitmq-client cannot hand out raw bodies')
  Reflect.set(channel, '_onHeader', (frame: { fields: { contentEncoding?: string } }) => {
    frame.fields.contentEncoding ||= RAW
    Reflect.apply(inner, channel, [frame])
  })
  // Errors of a channel close it, and whoever uses it learns of that.
  channel.on('error', () => {})
  return channel
}

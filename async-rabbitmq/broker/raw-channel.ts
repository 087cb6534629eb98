// A channel that delivers bodies as the bytes that were on the wire.
// The client parses a body by its content type, unless the message has a content encoding. Parsing would replace invalid
// UTF-8 and lose the size on the wire. So each header frame gets a content encoding before the client reads it.
// This depends on an internal method of the client; a version without that method is refused at once.
import type { Channel, Connection } from 'rabbitmq-client'

/** The content encoding of a received message that has none. */
export const RAW = 'raw'

/** Waits for the connection; rejects when there is none in time. */
export async function openRawChannel(connection: Connection): Promise<Channel> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true })
  const inner: unknown = Reflect.get(channel, '_onHeader')
  if (typeof inner !== 'function') throw new Error('this version of rabbitmq-client cannot deliver raw bodies')
  Reflect.set(channel, '_onHeader', (frame: { fields: { contentEncoding?: string } }) => {
    frame.fields.contentEncoding ||= RAW
    Reflect.apply(inner, channel, [frame])
  })
  // An error closes the channel, and its user handles the close.
  channel.on('error', () => {})
  return channel
}

// A proxy between the services and the broker. A test can cut, hold and restore the connections, and send frames as the
// broker would.
import { createServer, connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { leasePorts } from '#host/ports.ts'
import { brokerUrl } from './system.ts'

/** It refuses connections until `restore` is called. */
export async function openProxy(t: TestContext) {
  const lease = await leasePorts(1)
  const target = new URL(brokerUrl())
  const url = new URL(brokerUrl())
  url.host = `127.0.0.1:${lease.ports[0]}`
  const clients = new Set<Socket>()
  let isHeld = false
  const server = createServer(client => {
    const broker = connect(Number(target.port || 5672), target.hostname)
    clients.add(client)
    if (isHeld) client.pause()
    client.on('data', bytes => broker.write(bytes))
    broker.pipe(client)
    for (const socket of [client, broker])
      socket
        .on('error', () => {})
        .on('close', () => {
          client.destroy()
          broker.destroy()
          clients.delete(client)
        })
  })
  const cut = async () => {
    for (const client of clients) client.destroy()
    if (server.listening) await new Promise(resolve => server.close(resolve))
  }
  t.after(async () => {
    await cut()
    lease.release()
  })
  return {
    url: url.href,
    cut,
    /** Keeps what the services send from the broker until `release`. What is held when the proxy is cut is lost. */
    hold() {
      isHeld = true
      for (const client of clients) client.pause()
    },
    release() {
      isHeld = false
      for (const client of clients) client.resume()
    },
    restore: () => new Promise<void>(resolve => server.listen(lease.ports[0], '127.0.0.1', resolve)),
    /** The frames of a broker that runs out of memory, and that has some again. Only while nothing else is sent. */
    sendBlocked: () => clients.forEach(client => client.write(frame(60, shortText('low on memory')))),
    sendUnblocked: () => clients.forEach(client => client.write(frame(61, Buffer.alloc(0)))),
  }
}

const shortText = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])

/** A method of class `connection` on channel 0. */
function frame(method: number, args: Buffer): Buffer {
  const header = Buffer.alloc(7)
  header.writeUInt8(1, 0)
  header.writeUInt32BE(4 + args.length, 3)
  return Buffer.concat([header, Buffer.from([0, 10, 0, method]), args, Buffer.from([0xce])])
}

// A wire between services and the broker that a test can cut, hold, mend, and speak on in the broker's name.
import { createServer, connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { leasePorts } from '#host/ports.ts'
import { brokerUrl } from './deployment.ts'

/** It is cut until `mend` is called. */
export async function openProxy(t: TestContext) {
  const lease = await leasePorts(1)
  const target = new URL(brokerUrl())
  const inside = new URL(brokerUrl())
  inside.host = `127.0.0.1:${lease.ports[0]}`
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
    url: inside.href,
    cut,
    /** What services say reaches nobody until `release`; cut before that, it is lost. */
    hold() {
      isHeld = true
      for (const client of clients) client.pause()
    },
    release() {
      isHeld = false
      for (const client of clients) client.resume()
    },
    mend: () => new Promise<void>(resolve => server.listen(lease.ports[0], '127.0.0.1', resolve)),
    /** What a broker says that runs out of memory, and that has some again. Only while the wire is quiet. */
    sayBlocked: () => clients.forEach(client => client.write(frame(60, shortText('low on memory')))),
    sayUnblocked: () => clients.forEach(client => client.write(frame(61, Buffer.alloc(0)))),
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

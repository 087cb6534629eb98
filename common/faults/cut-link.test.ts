import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createOccupancy } from '../service/occupancy.ts'
import { cutLink } from './cut-link.ts'
import { createFaultInjector } from './fault-injector.ts'

function injectorOf(t: TestContext, environment: Record<string, string> = {}) {
  const injector = createFaultInjector({
    role: 'ORDER',
    environment: { LAB_FAULTS: 'on', ...environment },
    occupancy: createOccupancy(),
    faults: [cutLink],
    crashPoints: [],
  })
  t.after(injector.clear)
  return injector
}

/** A server, and what has come to each side of a connection to it. */
async function openServer(t: TestContext) {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, socket => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    async link() {
      const accepted = once(server, 'connection')
      const client = connect({ port, host: '127.0.0.1' })
      t.after(() => client.destroy())
      const [[other]] = (await Promise.all([accepted, once(client, 'connect')])) as unknown as [[Socket]]
      return { client, other, atClient: collected(client), atOther: collected(other) }
    },
  }
}

function collected(socket: Socket) {
  let text = ''
  socket.setEncoding('utf8').on('data', (some: string) => (text += some))
  socket.on('error', () => {})
  return {
    text: () => text,
    async until(wanted: string) {
      while (text.length < wanted.length) await once(socket, 'data')
      assert.equal(text, wanted)
    },
  }
}

/** By a connection that was made before the fault could know of it: what others have sent until now has had its time to come. */
async function openFree(server: Awaited<ReturnType<typeof openServer>>) {
  const { client, other, atClient, atOther } = await server.link()
  let said = ''
  return async () => {
    said += '.'
    client.write('.')
    await atOther.until(said)
    other.write('.')
    await atClient.until(said)
  }
}

test('while a link is cut nothing passes in either direction; once it is mended all of it does, in its sequence', async t => {
  const server = await openServer(t)
  const elsewhere = await openFree(server)
  const injector = injectorOf(t)
  const { client, other, atClient, atOther } = await server.link()
  client.write('1')
  other.write('a')
  await Promise.all([atOther.until('1'), atClient.until('a')])

  injector.set({ cutLink: {} })
  // What is cut is not cut once more.
  injector.set({ cutLink: {} })
  assert.equal(injector.view().cutLink?.injections, 1)
  for (const text of ['2', '3', '4']) client.write(text)
  client.end('5')
  for (const text of ['b', 'c']) other.write(text)
  for (let time = 0; time < 3; time++) await elsewhere()
  assert.deepEqual([atOther.text(), atClient.text()], ['1', 'a'])

  injector.clear()
  await Promise.all([atOther.until('12345'), atClient.until('abc')])
})

test('through a connection that is made while the link is cut nothing passes before it is mended', async t => {
  const server = await openServer(t)
  const elsewhere = await openFree(server)
  const injector = injectorOf(t, { ORDER_CUT_LINK: 'on' })
  const { client, other, atClient, atOther } = await server.link()
  client.write('1')
  other.write('a')
  for (let time = 0; time < 3; time++) await elsewhere()
  assert.deepEqual([atOther.text(), atClient.text(), injector.view().cutLink?.injections], ['', '', 1])
  injector.set({ cutLink: null })
  await Promise.all([atOther.until('1'), atClient.until('a')])
})

test('a connection that was given up while the link was cut stays closed, and others are mended', async t => {
  const injector = injectorOf(t)
  const server = await openServer(t)
  const [gone, kept] = [await server.link(), await server.link()]
  injector.set({ cutLink: {} })
  gone.client.write('lost')
  gone.client.destroy()
  kept.client.write('kept')
  injector.clear()
  await kept.atOther.until('kept')
  if (!gone.other.readableEnded) await once(gone.other, 'end')
  assert.equal(gone.atOther.text(), '')
})

test('the end of what one side sends waits for the mend too', async t => {
  const server = await openServer(t)
  const elsewhere = await openFree(server)
  const injector = injectorOf(t)
  const { client, other } = await server.link()
  injector.set({ cutLink: {} })
  client.end()
  for (let time = 0; time < 3; time++) await elsewhere()
  assert.equal(other.readableEnded, false)
  injector.clear()
  await once(other, 'end')
})

test('with faults off no connection is looked at', async t => {
  const injector = injectorOf(t, { LAB_FAULTS: 'off' })
  const server = await openServer(t)
  const { client, atOther } = await server.link()
  client.write('1')
  await atOther.until('1')
  injector.set({ cutLink: {} })
  client.write('2')
  await atOther.until('12')
})

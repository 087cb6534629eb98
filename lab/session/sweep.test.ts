import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { testCache } from '#host/testing/test-cache.ts'
import { sweep } from './sweep.ts'

const records = join(testCache(), 'live')

/** A broker that hangs: it accepts, and never answers. */
async function hangingBroker(t: TestContext) {
  const sockets: Socket[] = []
  const server = createServer(socket => sockets.push(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { server, sockets, address: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function leaveDeadRuns(t: TestContext, names: readonly string[], kafka: string): void {
  const owner = { pid: 2 ** 30, startTime: '', host: hostname() }
  mkdirSync(records, { recursive: true })
  for (const name of names) {
    const run = { owner, directories: [], prefix: `${name}.`, addresses: { kafka } }
    writeFileSync(join(records, `${name}.json`), JSON.stringify(run))
  }
  t.after(() => {
    for (const name of names) writeFileSync(join(records, `${name}.json`), '')
  })
}

test('a broker that is gone is named for each dead run that left something there, whose record stays until it answers', async t => {
  leaveDeadRuns(t, ['one', 'two', 'three'], '127.0.0.1:1')
  const lines: string[] = []
  await sweep(line => lines.push(line), t.signal)
  assert.deepEqual(lines, Array<string>(3).fill('no Kafka broker answers at 127.0.0.1:1.'))
  assert.equal(readdirSync(records).length, 3)
})

test('Ctrl-C ends the wait for a broker that does not answer, which is asked once for all dead runs', async t => {
  const { server, sockets, address } = await hangingBroker(t)
  leaveDeadRuns(t, ['one', 'two', 'three'], address)
  const interrupt = new AbortController()
  const swept = sweep(line => assert.fail(line), interrupt.signal)
  await once(server, 'connection')
  interrupt.abort()
  await swept
  assert.equal(sockets.length, 1)
})

/**
 * A bare server for the benches, in a process of its own: it reads a request, requests the next hops one after the other, and
 * answers. No store, no validation, no logic: what is left is what HTTP itself costs.
 *
 * Its arguments are the milliseconds for which it stalls once a second by sleeping its only thread, 0 for never, and the
 * addresses of the next hops. It sends its own address to its parent, sends its stalls when the parent requests them, and
 * ends when the parent disconnects.
 */
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { Stall } from './generator.ts'

const PERIOD_MS = 1000
/** Every request of a stall is a connection that waits to be accepted. */
const BACKLOG = 4096
const BODY = '{"status":"reserved"}'
const HEADERS = { 'content-type': 'application/json' }

const [stallMs = '0', ...urls] = process.argv.slice(2)
const next = urls.map(url => new Pool(url, { connections: 64 }))
const stalls: Stall[] = []

const server = createServer((request, response) => {
  request.resume().on('end', () => void answer())
  async function answer(): Promise<void> {
    for (const pool of next) {
      const { body } = await pool.request({ method: 'POST', path: '/', headers: HEADERS, body: BODY })
      await body.text()
    }
    response.writeHead(201, HEADERS).end(BODY)
  }
})
server.listen(0, '127.0.0.1', BACKLOG, () => process.send?.(server.address()))
process.on('message', () => process.send?.(stalls))
process.on('disconnect', () => process.exit())
if (stallMs !== '0') setInterval(stall, PERIOD_MS)

function stall(): void {
  const fromNs = monotonicNs()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(stallMs))
  stalls.push({ fromNs, toNs: monotonicNs() })
}

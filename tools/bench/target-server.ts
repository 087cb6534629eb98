/**
 * The bare server of the generator's bench, in a process of its own: it reads a request and answers 200, no more.
 *
 * Started with a number of milliseconds it stalls that long once a second, by
 * sleeping its only thread, and keeps from when to when. It sends its port, sends the stalls on request, and
 * ends when its parent lets go of it.
 */
import { createServer } from 'node:http'
import { monotonicNs } from '#common/contracts/clock.ts'
import type { Stall } from './generator.ts'

const PERIOD_MS = 1000
/** Every request of a stall is a connection that waits to be accepted. */
const BACKLOG = 4096

const stallMs = Number(process.argv[2])
const stalls: Stall[] = []

const server = createServer((request, response) => {
  request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{"status":"reserved"}'))
})
server.listen(0, '127.0.0.1', BACKLOG, () => process.send?.({ address: server.address() }))
process.on('message', () => process.send?.({ stalls }))
process.on('disconnect', () => process.exit())
if (stallMs > 0) setInterval(stall, PERIOD_MS)

function stall(): void {
  const fromNs = monotonicNs()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stallMs)
  stalls.push({ fromNs, toNs: monotonicNs() })
}

// One hop of the baseline chain, in a process of its own: reads the request, asks the next hops one after the other, and
// answers. No store, no validation, no logic: what is left is what HTTP itself costs.
import { createServer } from 'node:http'
import { Pool } from 'undici'

const BODY = '{"status":"reserved"}'
const HEADERS = { 'content-type': 'application/json' }

const next = process.argv.slice(2).map(url => new Pool(url, { connections: 64 }))

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
server.listen(0, '127.0.0.1', () => process.send?.(server.address()))
process.on('disconnect', () => process.exit())

/** For tests: a runtime and an inspector with nothing behind them but an address; a model of one service; and that service. */
import { deadLettersOf } from '../experiment/dead-letters.ts'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'

/** Every service is at `url`, and what is done to one does nothing. */
export const sampleRuntime = (url = ''): Runtime => ({
  name: 'sample',
  start: async () => {},
  kill: async () => {},
  wipe: async () => {},
  pause: async () => {},
  isolate: async () => {},
  alarm: async () => {},
  resume: async () => {},
  url: () => url,
  running: () => true,
  deaths: () => 0,
  stop: async () => {},
})

export const sampleInspector = (operations: BrokerInspector['operations'] = {}): BrokerInspector => ({
  depths: async () => ({}),
  ...deadLettersOf(async () => {}),
  operations,
  close: async () => {},
})

export const inspector = sampleInspector()

export const model: Model = {
  name: 'sample',
  services: [{ name: 'all', role: 'order', port: 0, environment: () => ({}) }],
  brokers: [],
  features: [],
  entry: 'all',
  evidence: { orders: 'all', inventory: 'all', notifications: 'all' },
  durability: 'nowhere',
  defaultConcurrency: 64,
  connect: async () => inspector,
  remove: async () => {},
}

/** A service that answers what the test says; with undefined it closes the connection. `requests` has the addresses requested so far. */
export async function startService(answer: (path: string, after: number, limit: number) => unknown) {
  const requests: string[] = []
  const server = createServer(({ url = '' }, response) => {
    requests.push(url)
    const { pathname, searchParams } = new URL(url, 'http://service')
    const page = answer(pathname, Number(searchParams.get('after')), Number(searchParams.get('limit')))
    if (page === undefined) response.destroy()
    else response.end(JSON.stringify(page))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const runtime = sampleRuntime(`http://127.0.0.1:${port}`)
  return {
    requests,
    runtime,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

// The program of the further readers of this model: each has a queue of its own at the exchange of the outcomes.
import { explain } from '#common/contracts/errors.ts'
import { DEFAULT_CONCURRENCY } from '#common/service/service.ts'
import { serveReaders } from '#engine/experiment/further-readers-thread.ts'
import { readOwnQueue } from '../broker/reader-queue.ts'
import { readerQueue, RESULTS, topologyOf } from '../messaging/topology.ts'
import { takeResult } from './operations.ts'

await serveReaders<{ url: string; prefix: string }>(({ url, prefix }, nth, { take, onDegraded }) => {
  const { events: exchange } = topologyOf(prefix, 0)
  const routes = RESULTS.map(routingKey => ({ exchange, routingKey }))
  return readOwnQueue(
    url,
    { ...readerQueue(prefix, nth), routes, prefetch: DEFAULT_CONCURRENCY },
    { onMessage: takeResult(take), onLost: why => onDegraded(explain(why)) },
  )
})

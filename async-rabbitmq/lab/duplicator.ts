// For the lab: every message of the model is delivered twice, by publishing each once more as it is.
// Guarantees: a copy is the message's own bytes, id and properties, and is not copied again; `end-copies` tells how many
// there were of each exchange, and none follows it. Not promised: in which order a message and its copy arrive.
import type { BrokerInspector } from '#engine/experiment/model.ts'
import type { QueueBrowser } from '../broker/queue-browser.ts'
import type { Topology } from '../messaging/topology.ts'

const COPY = 'lab-copy'

export function duplicatorOperations(browser: QueueBrowser, topology: Topology): BrokerInspector['operations'] {
  const { orders, events } = topology
  const exchangeOf = (type: string | undefined) => (type === 'OrderPlaced' ? orders : events)
  const of: Record<string, number> = { [orders]: 0, [events]: 0 }
  let end: (() => Promise<void>) | undefined
  return {
    async 'begin-copies'() {
      const bindings = topology.bindings.filter(({ exchange }) => exchange === orders || exchange === events)
      end = await browser.tap(bindings, async ({ body, messageId, correlationId, type, contentType, headers }) => {
        if (headers[COPY]) return
        const routingKey = type ?? ''
        const same = { body, messageId, correlationId, type, contentType, headers: { ...headers, [COPY]: true } }
        const exchange = exchangeOf(type)
        await browser.publish({ ...same, exchange, routingKey })
        of[exchange] = (of[exchange] ?? 0) + 1
      })
    },
    async 'end-copies'() {
      await end?.()
      return { copied: Object.values(of).reduce((sum, count) => sum + count, 0), of }
    },
  }
}

// For the lab: every message of the model is delivered twice, because each is published once more unchanged.
// Guarantees: a duplicate has the bytes, id and properties of its message, and is not duplicated itself;
// `stop-duplicator` answers how many there were in each exchange, and none is published after it. Not promised: the order
// in which a message and its duplicate arrive.
import type { Operation } from '#engine/experiment/model.ts'
import type { QueueBrowser } from '../broker/queue-browser.ts'
import type { Topology } from '../messaging/topology.ts'

const DUPLICATE = 'lab-duplicate'

export type DuplicatorOperations = {
  'start-duplicator': Operation<void>
  /** `byRoute`: by the name of the exchange. */
  'stop-duplicator': Operation<{ duplicates: number; byRoute: Record<string, number> }>
}

export function duplicatorOperations(browser: QueueBrowser, topology: Topology): DuplicatorOperations {
  const { orders, events } = topology
  const exchangeOf = (type: string | undefined) => (type === 'OrderPlaced' ? orders : events)
  const byRoute: Record<string, number> = { [orders]: 0, [events]: 0 }
  let stop: (() => Promise<void>) | undefined
  return {
    async 'start-duplicator'() {
      const bindings = topology.bindings.filter(({ exchange }) => exchange === orders || exchange === events)
      stop = await browser.tap(bindings, async ({ body, messageId, correlationId, type, contentType, headers }) => {
        if (headers[DUPLICATE]) return
        const exchange = exchangeOf(type)
        const message = { body, messageId, correlationId, type, contentType }
        await browser.publish({
          ...message,
          headers: { ...headers, [DUPLICATE]: true },
          exchange,
          routingKey: type ?? '',
        })
        byRoute[exchange] = (byRoute[exchange] ?? 0) + 1
      })
    },
    async 'stop-duplicator'() {
      await stop?.()
      return { duplicates: Object.values(byRoute).reduce((sum, count) => sum + count, 0), byRoute }
    },
  }
}

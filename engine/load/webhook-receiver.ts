/**
 * The receiver of webhooks: one for all clients of a load.
 *
 * Guarantees: what counts was signed with the secret, just now; anything else is answered 401. The first webhook of an order is stamped
 * when the whole of it was read; one that comes again is counted, and tells nothing new. One may come before the answer to its order: it
 * counts from that answer on, by which the client knows that the order is its own.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { deadlineIn, monotonicNs, withDeadline } from '#common/contracts/clock.ts'
import { isGenuine, WEBHOOK_ID, webhookKey } from '#common/contracts/webhook-signature.ts'
import type { Learned } from './attempt.ts'
import { outcomeOf, type WebhookAddress } from './follow.ts'
import { textField } from './send.ts'

export type WebhookReceiver = {
  /** The order was just accepted. Resolves with what its webhook said, or without an outcome in `giveUpMs`, or when it is stopped. */
  learn(orderId: string, giveUpMs: number, stop: AbortSignal): Promise<Learned>
  close(): Promise<void>
}

/** @throws Error when the port is taken */
export async function openWebhookReceiver(address: WebhookAddress): Promise<WebhookReceiver> {
  const key = webhookKey(address.secret)
  const orders = new Map<string, PromiseWithResolvers<Learned>>()
  const first = new Map<string, Learned>()
  const told = (orderId: string) => {
    const known = orders.get(orderId) ?? Promise.withResolvers<Learned>()
    orders.set(orderId, known)
    return known
  }

  /** The status of the answer. @throws Error where the body is not JSON, or did not come whole */
  async function receive(request: IncomingMessage): Promise<number> {
    const body = await textOf(request)
    const atNs = monotonicNs()
    if (!isGenuine(key, request.headers, body)) return 401
    const view: unknown = JSON.parse(body)
    const outcome = outcomeOf(view)
    const id = textField(view, 'orderId')
    if (!outcome || id === undefined || id !== request.headers[WEBHOOK_ID]) return 400
    const before = first.get(id)
    if (before) before.requests++
    else {
      const learned = { ...outcome, atNs, requests: 1 }
      first.set(id, learned)
      told(id).resolve(learned)
    }
    return 204
  }

  const server = createServer((request, response) => {
    receive(request).then(
      status => response.writeHead(status).end(),
      () => response.writeHead(400).end(),
    )
  })
  server.listen(address.port, address.host ?? '127.0.0.1')
  await once(server, 'listening')
  return {
    async learn(orderId, giveUpMs, stop) {
      const acceptedNs = monotonicNs()
      const deadline = deadlineIn(giveUpMs)
      const end = AbortSignal.any([stop, deadline.signal])
      try {
        const learned = await withDeadline(told(orderId).promise, end)
        learned.atNs = Math.max(learned.atNs, acceptedNs)
        return learned
      } catch {
        return { atNs: monotonicNs(), requests: 0 }
      } finally {
        deadline.clear()
      }
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

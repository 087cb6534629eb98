// The clients of a load whose orders are accepted: each learns what became of its own, all in the same way.
import { monotonicNs } from '#common/contracts/clock.ts'
import type { Learned } from './attempt.ts'
import { follow, type FollowJob } from './follow.ts'
import { openPool, type Target } from './send.ts'
import { openWebhookReceiver } from './webhook-receiver.ts'

type Options = { target: Target; maxSockets: number; deadlineMs: number; follow: FollowJob; stop: AbortSignal }

export type Clients = {
  /** As `follow`, from when the order was accepted. */
  learn(orderId: string): Promise<Learned>
  close(): Promise<void>
}

export async function openClients({ target, maxSockets, deadlineMs, follow: job, stop }: Options): Promise<Clients> {
  if (job.by === 'webhook') {
    const receiver = await openWebhookReceiver(job)
    return { learn: orderId => receiver.learn(orderId, job.giveUpMs, stop), close: receiver.close }
  }
  // An order that is answered 202 all the same: the answer waited in vain.
  if (job.by === 'answer') return { learn: async () => ({ atNs: monotonicNs(), requests: 0 }), close: async () => {} }
  // Of its own: what they hold keeps no attempt waiting for a socket.
  const pool = openPool(target, maxSockets, deadlineMs)
  return { learn: orderId => follow(pool, `${target.path}/${orderId}`, job, stop), close: () => pool.destroy() }
}

/**
 * How the client of an order that was accepted comes to know what became of it. One that only knows how to ask asks again; one that
 * can wait has the answer wait, or keeps a connection on which it is told; one that is a server itself is told by a webhook.
 *
 * Guarantees: it ends with the outcome, or without it when `giveUpMs` have passed since the order was accepted, and never throws;
 * every request that it sent is counted. What it was told is not compared with anything here: that is for the checks.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher, Pool } from 'undici'
import { deadlineIn, monotonicNs } from '#common/contracts/clock.ts'
import type { Learned } from './attempt.ts'
import { textField } from './send.ts'

/** Ways in which a client asks. */
export type Ask =
  /** Asks for the order every so often, and not before: the answer to its order has just said that nothing is decided. */
  | { by: 'poll'; everyMs: number }
  /** Asks for it, and prefers that the answer waits so long (RFC 7240). */
  | { by: 'wait'; seconds: number }
  /** Listens to its server-sent events (HTML, 9.2). */
  | { by: 'events' }

export type Follow =
  | Ask
  /** A webhook needs no question: the receiver of a load takes it (webhook-receiver.ts). */
  | { by: 'webhook' }
  /** Prefers that the answer to its order waits so long (RFC 7240), and does not ask. */
  | { by: 'answer'; seconds: number }

/** Where webhooks are received. It is known before the services start: they send there. */
export type WebhookAddress = {
  port: number
  secret: string
  /** What the receiver listens on; loopback by default. */
  host?: string
}

type GiveUp = { giveUpMs: number }
export type AskJob = Ask & GiveUp
export type FollowJob =
  | AskJob
  | ({ by: 'webhook' } & WebhookAddress & GiveUp)
  | ({ by: 'answer'; seconds: number } & GiveUp)

/** A client whose request failed asks again after so long, as it would after a connection that broke. */
const AGAIN_AFTER_MS = 100

/** @param path of the order, such as `/order/<id>`; @param stop ends it without an outcome */
export async function follow(pool: Pool, path: string, job: AskJob, stop: AbortSignal): Promise<Learned> {
  const deadline = deadlineIn(job.giveUpMs)
  const signal = AbortSignal.any([stop, deadline.signal])
  const pause = (ms: number) => wait(ms, undefined, { signal }).catch(() => {})
  let requests = 0
  try {
    if (job.by === 'poll') await pause(job.everyMs)
    while (!signal.aborted) {
      requests++
      const outcome = await ask(pool, path, job, signal).catch(() => undefined)
      if (outcome) return { ...outcome, atNs: monotonicNs(), requests }
      await pause(job.by === 'poll' ? job.everyMs : AGAIN_AFTER_MS)
    }
    return { atNs: monotonicNs(), requests }
  } finally {
    deadline.clear()
  }
}

type Outcome = Pick<Learned, 'says' | 'reason'>

/** One request. Undefined where it brought no outcome. @throws Error where it broke */
async function ask(pool: Pool, path: string, job: Ask, signal: AbortSignal): Promise<Outcome | undefined> {
  const request: Dispatcher.RequestOptions = { method: 'GET', path, signal }
  if (job.by === 'events') {
    const { body } = await pool.request({
      ...request,
      path: `${path}/events`,
      headers: { accept: 'text/event-stream' },
    })
    return outcomeOfEvents(body)
  }
  const headers = job.by === 'wait' ? { prefer: `wait=${job.seconds}` } : {}
  const { body } = await pool.request({ ...request, headers })
  return outcomeOf(await body.json())
}

/** The outcome that the events bring; undefined where they end before it. */
async function outcomeOfEvents(chunks: AsyncIterable<Buffer>): Promise<Outcome | undefined> {
  let text = ''
  for await (const chunk of chunks) {
    text += chunk.toString()
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const outcome = line.startsWith('data:') ? outcomeOf(JSON.parse(line.slice('data:'.length))) : undefined
      if (outcome) return outcome
    }
  }
  return undefined
}

/** Undefined where the order is undecided, or none. */
export function outcomeOf(view: unknown): Outcome | undefined {
  const [says, reason] = ['status', 'reason'].map(name => textField(view, name))
  if (says !== 'reserved' && says !== 'failed') return undefined
  return { says, ...(reason !== undefined && { reason }) }
}

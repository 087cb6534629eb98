/**
 * How the client of an order that was accepted comes to know what became of it. One that only knows how to ask asks again; one that
 * can wait has the answer wait, or keeps a connection on which it is told.
 *
 * Guarantees: it ends with the outcome, or without it when `giveUpMs` have passed since the order was accepted, and never throws;
 * every request that it sent is counted. What it was told is not compared with anything here: that is for the checks.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher, Pool } from 'undici'
import { deadlineIn, monotonicNs } from '#common/contracts/clock.ts'
import type { Learned } from './attempt.ts'
import { textField } from './send.ts'

export type Follow =
  /** Asks for the order every so often, and not before: the answer to its order has just said that nothing is decided. */
  | { by: 'poll'; everyMs: number }
  /** Asks for it, and prefers that the answer waits so long (RFC 7240). */
  | { by: 'wait'; seconds: number }
  /** Listens to its server-sent events (HTML, 9.2). */
  | { by: 'events' }

export type FollowJob = Follow & { giveUpMs: number }

/** A client whose request failed asks again after so long, as it would after a connection that broke. */
const AGAIN_AFTER_MS = 100

/** @param path of the order, such as `/order/<id>`; @param stop ends it without an outcome */
export async function follow(pool: Pool, path: string, job: FollowJob, stop: AbortSignal): Promise<Learned> {
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
async function ask(pool: Pool, path: string, job: Follow, signal: AbortSignal): Promise<Outcome | undefined> {
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
  return outcomeOf(await body.text())
}

/** The outcome that the events bring; undefined where they end before it. */
async function outcomeOfEvents(chunks: AsyncIterable<Buffer>): Promise<Outcome | undefined> {
  let text = ''
  for await (const chunk of chunks) {
    text += chunk.toString()
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const outcome = line.startsWith('data:') ? outcomeOf(line.slice('data:'.length)) : undefined
      if (outcome) return outcome
    }
  }
  return undefined
}

/** Of an order as JSON; undefined where that is undecided, or no order. */
function outcomeOf(text: string): Outcome | undefined {
  const view: unknown = JSON.parse(text)
  const [says, reason] = ['status', 'reason'].map(name => textField(view, name))
  if (says !== 'reserved' && says !== 'failed') return undefined
  return { says, ...(reason !== undefined && { reason }) }
}

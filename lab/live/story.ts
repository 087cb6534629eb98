// One order's story, from what its client saw, what the services hold of it, and the lines of their logs that name it. Does not promise
// all lines: the first ones of each log, in the sequence of the logs.
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { stateOf } from '#engine/checks/service.ts'
import type { Answer } from '#engine/load/attempt.ts'
import type { Story } from './page/protocol.ts'
import type { Work } from './work.ts'

/** Of each log. */
const MOST_LINES = 15

/** Undefined where there is no such order. @param logs the folder of the services' logs */
export async function storyOf(
  { orders, feed: { evidence }, originNs }: Work,
  index: number,
  logs: string,
): Promise<Story | undefined> {
  const planned = orders.planned[index]
  if (!planned) return undefined
  const { orderId, kitchenId, items, expected } = planned
  const own = <Row extends { orderId: string | null }>(rows: readonly Row[]): Row[] =>
    rows.filter(row => row.orderId === orderId)
  const events: { atNs: number; text: string }[] = []
  const add = (atNs: number | null | undefined, text: string): void => {
    if (atNs !== null && atNs !== undefined) events.push({ atNs, text })
  }
  const begun = orders.inFlight.get(index)
  if (begun) add(begun.startedNs, 'the client sends it, and waits')
  for (const { startedNs, answeredNs, answer } of own(orders.attempts)) {
    add(startedNs, 'the client sends it')
    add(answeredNs ?? ('atNs' in answer ? answer.atNs : undefined), answerText(answer))
  }
  for (const row of own(evidence.orders)) {
    add(row.placedNs, 'the order service writes it to its table')
    add(row.placedKeptNs, 'the order service has it on its disk')
    add(row.decidedNs, `the order service writes its outcome: ${stateOf(row.status, row.reason)}`)
    if (row.notification === 'pending') add(row.decidedKeptNs, 'its notification waits to be sent')
  }
  for (const { outcome, decidedNs, keptNs, released } of own(evidence.decisions)) {
    const reason = outcome.status === 'failed' ? outcome.reason : undefined
    add(decidedNs, `inventory decides: ${stateOf(outcome.status, reason)}`)
    add(keptNs, 'inventory has its decision on its disk')
    if (released) add(decidedNs, 'inventory has given its stock back since')
  }
  for (const { kind, sku, delta, atNs } of own(evidence.movements)) add(atNs, `stock moves (${kind}): ${delta} ${sku}`)
  for (const { sentNs } of own(evidence.notifications)) add(sentNs, 'the notification is sent')
  const letters = evidence.deadLetters.filter(letter => letter.orderId === orderId)
  events.sort((one, other) => one.atNs - other.atNs)
  for (const { reason, attempts } of letters)
    add(events.at(-1)?.atNs ?? originNs, `it is in the dead-letter queue after ${attempts} attempts: ${reason}`)
  return {
    orderId,
    planned: `${items.map(({ sku, quantity }) => `${quantity} ${sku}`).join(', ')} from ${kitchenId}; ${MUST[expected]}`,
    events: events.map(({ atNs, text }) => ({ atMs: (atNs - originNs) / 1e6, text })),
    log: await linesOf(logs, orderId),
  }
}

const MUST = {
  reserved: 'it must be reserved',
  failed: 'it must fail',
  scarce: 'it is reserved while there is stock',
}

const WITHOUT = {
  refused: 'no connection is made: nothing was sent',
  reset: 'the connection breaks: it is unknown whether the order was placed',
  deadline: 'no answer in time: it is unknown whether the order was placed',
  aborted: 'the load was stopped before an answer',
}

function answerText(answer: Answer): string {
  if (answer.kind !== 'status') return WITHOUT[answer.kind]
  return `the client is answered ${[answer.status, answer.code, answer.says].filter(Boolean).join(' ')}`
}

/** Read line by line: after some minutes a log has a hundred thousand of them. */
async function linesOf(folder: string, orderId: string): Promise<string[]> {
  const found: string[] = []
  for (const name of readdirSync(folder).filter(each => each.endsWith('.log'))) {
    const most = found.length + MOST_LINES
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      if (line.includes(orderId)) found.push(line)
      if (found.length === most) break
    }
  }
  return found
}

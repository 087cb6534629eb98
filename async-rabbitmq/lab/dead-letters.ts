// Dead letters: visit them, to list or to redrive them.
// Guarantees: the oldest come first, as long as the clocks of the services agree. Listing changes nothing. A redrive publishes, awaits the confirm, then removes the dead letter. Killed in
// between, the message is in its queue and still a dead letter; redriven again it has one effect, because its consumer
// knows the order. An edited body that its consumer could not read is refused, because it would replace the only copy, and
// so is one that changes the order of a dead letter that could be read.
// Not promised: that a dead letter is listed while another process lists or redrives those of the same queue.
import { createHash } from 'node:crypto'
import { orderIdIn } from '#common/contracts/events.ts'
import { readEdited } from '#common/messaging/edited-event.ts'
import type { DeadLetter, DeadLetterVisit } from '#engine/experiment/model.ts'
import type { Held, QueueBrowser } from '../broker/queue-browser.ts'
import type { Incoming } from '../broker/message.ts'
import { readers } from '../messaging/readers.ts'
import {
  attemptsOf,
  deadLetteredAt,
  DETAIL,
  leftOutOf,
  REASON,
  redrivesOf,
  republishRedriven,
} from '../messaging/republish.ts'
import type { Topology } from '../messaging/topology.ts'

type Reader = keyof typeof readers

type Letter = { reader: Reader; digest: string; message: Incoming; remove(): void }

/** A redrive throws when the other body is refused (edited-event.ts), or when the broker did not confirm. */
export async function visitDeadLetters(
  browser: QueueBrowser,
  { consumerQueues, prefix }: Topology,
  visit: DeadLetterVisit,
): Promise<void> {
  const held: Held[] = []
  try {
    const letters: Letter[] = []
    for (const reader of Object.keys(readers) as Reader[]) {
      const found = await browser.hold(consumerQueues[reader].deadLetters)
      held.push(found)
      letters.push(...found.messages.map(each => ({ reader, digest: digestOf(each.message), ...each })))
    }
    const counts = new Map<string, number>()
    for (const { reader, digest, message, remove } of letters.sort(byAge)) {
      const { queue } = consumerQueues[reader]
      const name = `${reader}-${digest}`
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      // Equal dead letters are told apart by their age.
      const letter = letterOf(message, count === 1 ? name : `${name}.${count}`, queue.slice(prefix.length))
      const then = await visit(letter, async body => {
        const edited = body === undefined ? undefined : Buffer.from(body)
        if (edited) readEdited(readers[reader], { reason: letter.reason, original: message.body, edited })
        await browser.publish(republishRedriven(message, queue, edited))
        remove()
      })
      if (then === 'end') return
    }
  } finally {
    await Promise.allSettled(held.map(each => each.release()))
  }
}

/** The queue itself does not keep the order of what it is given back. Those that the broker dead-lettered come first: they have no time. */
const byAge = (one: Letter, other: Letter): number => compare(ageOf(one), ageOf(other))
const ageOf = ({ message, digest }: Letter): string => `${deadLetteredAt(message)} ${digest}`
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

function letterOf(message: Incoming, id: string, source: string): DeadLetter {
  const { headers, body, brokerReason } = message
  const redrives = redrivesOf(message)
  return {
    id,
    source,
    reason: String(headers[REASON] ?? brokerReason ?? 'unknown'),
    detail: String(headers[DETAIL] ?? (brokerReason ? 'dead-lettered by the broker itself' : '')) + cutOf(message),
    attempts: attemptsOf(message),
    orderId: orderIdIn(body),
    body: body.toString(),
    ...(redrives > 0 && { redrives }),
  }
}

function cutOf(message: Incoming): string {
  const leftOut = leftOutOf(message)
  return leftOut === 0 ? '' : `; ${leftOut} of its headers ${leftOut === 1 ? 'was' : 'were'} left out`
}

const digestOf = ({ messageId = '', body }: Incoming): string =>
  createHash('sha256').update(`${messageId}\n`).update(body).digest('hex').slice(0, 12)

// Dead letters: visit them, to list or to redrive them.
// Guarantees: listing changes nothing. A redrive publishes, awaits the confirm, then removes the dead letter. Killed in
// between, the message is in its queue and still a dead letter; redriven again it has one effect, because its consumer
// knows the order. An edited body that its consumer could not read is refused, because it would replace the only copy, and
// so is one that changes the order of a dead letter that could be read.
// Not promised: that a dead letter is listed while another process lists the same queue.
import { createHash } from 'node:crypto'
import { orderIdIn } from '#common/contracts/events.ts'
import { readEdited } from '#common/messaging/edited-event.ts'
import type { DeadLetter, DeadLetterVisit } from '#engine/experiment/model.ts'
import type { QueueBrowser } from '../broker/queue-browser.ts'
import type { Incoming } from '../broker/message.ts'
import { readers } from '../messaging/readers.ts'
import { attemptsOf, DETAIL, leftOutOf, REASON, redrivesOf, republishRedriven } from '../messaging/republish.ts'
import type { Topology } from '../messaging/topology.ts'

type Reader = keyof typeof readers

/** A redrive throws when the other body is refused (edited-event.ts), or when the broker did not confirm. */
export async function visitDeadLetters(
  browser: QueueBrowser,
  { consumerQueues, prefix }: Topology,
  visit: DeadLetterVisit,
): Promise<void> {
  for (const reader of Object.keys(readers) as Reader[]) {
    const { queue, deadLetters } = consumerQueues[reader]
    const source = queue.slice(prefix.length)
    const counts = new Map<string, number>()
    const then = await browser.walk(deadLetters, (message, remove) => {
      const digest = digestOf(message)
      const count = (counts.get(digest) ?? 0) + 1
      counts.set(digest, count)
      // Equal dead letters are told apart by their position in the queue.
      const id = count === 1 ? `${reader}-${digest}` : `${reader}-${digest}.${count}`
      const letter = letterOf(message, id, source)
      return visit(letter, async body => {
        const edited = body === undefined ? undefined : Buffer.from(body)
        if (edited) readEdited(readers[reader], { reason: letter.reason, original: message.body, edited })
        await browser.publish(republishRedriven(message, queue, edited))
        remove()
      })
    })
    if (then === 'end') return
  }
}

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

// Dead letters: list them, and redrive one.
// Guarantees: listing changes nothing. A redrive publishes, awaits the confirm, then removes the dead letter. Killed in
// between, the message is in its queue and still a dead letter; redriven again it has one effect, because its consumer
// knows the order. An edited body that its consumer could not read is refused, because it would replace the only copy, and
// so is one that changes the order of a dead letter that could be read.
// Not promised: that a dead letter is listed while another process lists the same queue.
import { createHash } from 'node:crypto'
import { orderIdIn } from '#common/contracts/events.ts'
import { readEdited } from '#common/messaging/edited-event.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import type { QueueBrowser } from '../broker/queue-browser.ts'
import type { Incoming } from '../broker/message.ts'
import { readers } from '../messaging/readers.ts'
import { attemptsOf, DETAIL, leftOutOf, REASON, republishRedriven } from '../messaging/republish.ts'
import type { Topology } from '../messaging/topology.ts'

type Reader = keyof typeof readers
type Visited = { reader: Reader; queue: string; letter: DeadLetter; message: Incoming }

export async function listDeadLetters(browser: QueueBrowser, topology: Topology): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = []
  await visitDeadLetters(browser, topology, async ({ letter }) => {
    letters.push(letter)
    return 'keep'
  })
  return letters
}

/**
 * Publishes a dead letter again, with another body if one is given.
 * @throws Error when there is no such dead letter, when the other body is refused (edited-event.ts), or when the broker did
 * not confirm; then it is still there.
 */
export async function redrive(browser: QueueBrowser, topology: Topology, id: string, body?: string): Promise<void> {
  let isDone = false
  await visitDeadLetters(browser, topology, async ({ reader, letter, queue, message }) => {
    if (isDone || letter.id !== id) return 'keep'
    const edited = body === undefined ? undefined : Buffer.from(body)
    const { reason } = letter
    if (edited) readEdited(readers[reader], { reason, original: message.body, edited })
    await browser.publish(republishRedriven(message, queue, edited))
    isDone = true
    return 'remove'
  })
  if (!isDone) throw new Error(`there is no dead letter "${id}"; list them again`)
}

async function visitDeadLetters(
  browser: QueueBrowser,
  { consumerQueues, prefix }: Topology,
  visit: (visited: Visited) => Promise<'keep' | 'remove'>,
): Promise<void> {
  for (const reader of Object.keys(readers) as Reader[]) {
    const { queue, deadLetters } = consumerQueues[reader]
    const source = queue.slice(prefix.length)
    const counts = new Map<string, number>()
    await browser.walk(deadLetters, message => {
      const digest = digestOf(message)
      const count = (counts.get(digest) ?? 0) + 1
      counts.set(digest, count)
      // Equal dead letters are told apart by their position in the queue.
      const id = count === 1 ? `${reader}-${digest}` : `${reader}-${digest}.${count}`
      return visit({ reader, queue, letter: letterOf(message, id, source), message })
    })
  }
}

function letterOf(message: Incoming, id: string, source: string): DeadLetter {
  const { headers, body, brokerReason } = message
  return {
    id,
    source,
    reason: String(headers[REASON] ?? brokerReason ?? 'unknown'),
    detail: String(headers[DETAIL] ?? (brokerReason ? 'dead-lettered by the broker itself' : '')) + cutOf(message),
    attempts: attemptsOf(message),
    orderId: orderIdIn(body),
    body: body.toString(),
  }
}

function cutOf(message: Incoming): string {
  const leftOut = leftOutOf(message)
  return leftOut === 0 ? '' : `; ${leftOut} of its headers ${leftOut === 1 ? 'was' : 'were'} left out`
}

const digestOf = ({ messageId = '', body }: Incoming): string =>
  createHash('sha256').update(`${messageId}\n`).update(body).digest('hex').slice(0, 12)

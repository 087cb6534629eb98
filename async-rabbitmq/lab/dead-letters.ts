// Dead letters: list them, and send one on its way again.
// Guarantees: looking changes nothing. A redrive publishes, awaits the confirm, then removes: killed half-way, the
// message is in its queue and still among the dead letters, and sent again it has one effect, since its reader knows
// the order. Not promised: that a letter is seen while somebody else looks at the same queue.
import { createHash } from 'node:crypto'
import { orderIdIn } from '#common/contracts/events.ts'
import type { DeadLetter } from '#engine/experiment/model.ts'
import type { QueueBrowser } from '../broker/queue-browser.ts'
import type { Incoming } from '../broker/message.ts'
import { attemptsOf, DETAIL, REASON, republishRedriven } from '../messaging/republish.ts'
import type { Reader, Topology } from '../messaging/topology.ts'

type Seen = { reader: Reader; source: string; letter: DeadLetter; message: Incoming }

export async function listDeadLetters(
  browser: QueueBrowser,
  topology: Topology,
  prefix: string,
): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = []
  await visit(browser, topology, prefix, async ({ letter }) => {
    letters.push(letter)
    return 'keep'
  })
  return letters
}

/** @throws Error when there is no such letter, or when the broker did not confirm; then it is still there. */
export async function redrive(
  browser: QueueBrowser,
  { topology, prefix, id, body }: { topology: Topology; prefix: string; id: string; body?: string | undefined },
): Promise<void> {
  let isDone = false
  await visit(browser, topology, prefix, async ({ letter, source, message }) => {
    if (isDone || letter.id !== id) return 'keep'
    await browser.publish(republishRedriven(message, source, body === undefined ? undefined : Buffer.from(body)))
    isDone = true
    return 'remove'
  })
  if (!isDone) throw new Error(`there is no dead letter "${id}"; list them again`)
}

async function visit(
  browser: QueueBrowser,
  { consumerQueues }: Topology,
  prefix: string,
  look: (seen: Seen) => Promise<'keep' | 'remove'>,
): Promise<void> {
  for (const [reader, { queue, deadLetters }] of Object.entries(consumerQueues) as [
    Reader,
    Topology['consumerQueues'][Reader],
  ][]) {
    const seen = new Map<string, number>()
    await browser.walk(deadLetters, message => {
      const digest = digestOf(message)
      const before = seen.get(digest) ?? 0
      seen.set(digest, before + 1)
      // Equal letters are told apart by their place in the queue.
      const id = before === 0 ? `${reader}-${digest}` : `${reader}-${digest}.${before + 1}`
      const source = queue.slice(prefix.length)
      return look({ reader, source: queue, letter: letterOf(message, id, source), message })
    })
  }
}

function letterOf(message: Incoming, id: string, source: string): DeadLetter {
  const { headers, body, brokerReason } = message
  return {
    id,
    source,
    reason: String(headers[REASON] ?? brokerReason ?? 'unknown'),
    detail: String(headers[DETAIL] ?? (brokerReason ? 'the broker itself gave it up' : '')),
    attempts: attemptsOf(message),
    orderId: orderIdIn(body),
    body: body.toString(),
  }
}

const digestOf = ({ messageId = '', body }: Incoming): string =>
  createHash('sha256').update(`${messageId}\n`).update(body).digest('hex').slice(0, 12)

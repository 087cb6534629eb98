// Every message is processed or dead-lettered, once, and never both. Vacuous where no order entered the system and no message was
// sent past it. A valid order that was dead-lettered undecided is `undecided`, and no leak here.
import type { History, RawMessage } from '../run/history.ts'
import type { DeadLetter } from '../experiment/model.ts'
import { defineCheck, valid, vacuous, evaluateAll } from './check.ts'
import { isDecided, isValid, type OrderHistory, orderHistories, wasRequested } from './order-history.ts'

export const deadLetterClosure = defineCheck(
  'dead-letter-closure',
  'every message is processed or dead-lettered, never both',
  history => {
    const poison = history.raw.filter(({ expect }) => expect === 'dead-letter')
    const { deadLetters } = history.evidence
    const { missing, surplus } = pair(poison, deadLetters)
    const all = orderHistories(history)
    const orders = [...all.values()].filter(isInside)
    const done = orders.filter(isDecided)
    const gone = orders.filter(order => !isDecided(order) && order.deadLetters.length === 0)
    const offenders = [
      ...missing.map(({ id, class: kind }) => `${id} (${kind}) is not in the dead-letter queue`),
      ...surplus.flatMap(letter => whySurplus(letter, all)),
      ...gone.map(({ orderId }) => `${orderId} is neither decided nor dead-lettered`),
    ]
    const examined = orders.length + poison.length + deadLetters.length
    if (examined === 0) return vacuous('No order entered the system, and no message was dead-lettered.')
    if (offenders.length > 0) return evaluateAll({ examined, what: 'messages', offenders })
    const counts = `${orders.length} orders and ${poison.length} poisoned messages`
    return {
      ...valid(`Of ${counts}, ${done.length} orders are decided and ${deadLetters.length} messages are dead-lettered.`),
      found: 0,
    }
  },
)

/** An order that entered the system: it is in the orders table, or the timeline sent a message of it that must be decided. */
const isInside = ({ rows, raw }: OrderHistory): boolean =>
  rows.length > 0 || raw.some(({ expect }) => expect === 'decided')

/** Each dead letter with the message that it was: by its id, then by its order, then by its bytes; and always with its bytes. */
function pair(
  poison: RawMessage[],
  letters: History['evidence']['deadLetters'],
): { missing: RawMessage[]; surplus: DeadLetter[] } {
  const sames = [
    (message: RawMessage, { id, body }: DeadLetter) => message.id === id || body.includes(message.id),
    (message: RawMessage, { orderId }: DeadLetter) => orderId !== undefined && message.orderId === orderId,
    (message: RawMessage) => message.body !== undefined,
  ]
  const hasItsBytes = (message: RawMessage, { body }: DeadLetter) => message.body === undefined || message.body === body
  let missing = poison
  let surplus = letters
  for (const same of sames) {
    const taken = new Set<RawMessage>()
    surplus = surplus.filter(letter => {
      const found = missing.find(
        message => !taken.has(message) && same(message, letter) && hasItsBytes(message, letter),
      )
      if (found) taken.add(found)
      return !found
    })
    missing = missing.filter(message => !taken.has(message))
  }
  return { missing, surplus }
}

function whySurplus({ id, orderId, reason }: DeadLetter, all: Map<string, OrderHistory>): string[] {
  const order = orderId === undefined ? undefined : all.get(orderId)
  if (!order || !wasRequested(order)) return [`the dead letter ${id} (${reason}) belongs to no message that was sent`]
  if (!isValid(order)) return [`${orderId} is dead-lettered more than once (${reason})`]
  return isDecided(order) ? [`${orderId} is both decided and dead-lettered (${reason})`] : []
}

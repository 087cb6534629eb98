// Every message is processed or dead-lettered, once, and never both. Vacuous where no order entered the system and no message was
// sent past it. A valid order that was dead-lettered undecided is `undecided`, and no leak here.
import type { RawMessage } from '../run/history.ts'
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

type Unpaired = { missing: RawMessage[]; surplus: DeadLetter[] }

/** Each dead letter with the message that it was: by its id, then by its order, then by its bytes; and always with its bytes. */
function pair(poison: RawMessage[], letters: DeadLetter[]): Unpaired {
  const idsIn = foundIn(poison.flatMap(({ id, body }) => (body === undefined ? [id] : [])))
  const byId = pairBy({ missing: poison, surplus: letters }, idKeyOf, ({ id, body }) => [
    keyOf({ body }),
    keyOf({ id, body }),
    ...[id, ...idsIn(body)].map(each => keyOf({ id: each })),
  ])
  const byOrder = pairBy(
    byId,
    ({ orderId, body }) => (orderId === undefined ? undefined : keyOf({ orderId, body })),
    ({ orderId, body }) => (orderId === undefined ? [] : [keyOf({ orderId, body }), keyOf({ orderId })]),
  )
  return pairBy(
    byOrder,
    ({ body }) => (body === undefined ? undefined : keyOf({ body })),
    ({ body }) => [keyOf({ body })],
  )
}

const keyOf = (key: { id?: string; orderId?: string; body?: string | undefined }): string => JSON.stringify(key)

/** Where its body names it, who has the body has the name. */
const idKeyOf = ({ id, body }: RawMessage): string => keyOf(body?.includes(id) ? { body } : { id, body })

/** Each letter, in their sequence, takes the first message of which the key is among its own. */
function pairBy(
  { missing, surplus }: Unpaired,
  keyOfMessage: (message: RawMessage) => string | undefined,
  keysOf: (letter: DeadLetter) => string[],
): Unpaired {
  const positions = Map.groupBy(missing.keys(), position => {
    const message = missing[position]
    return message && keyOfMessage(message)
  })
  // The first is the last, from where it can be taken.
  for (const waiting of positions.values()) waiting.reverse()
  const taken = new Set<number>()
  const left = surplus.filter(letter => {
    const waiting = keysOf(letter).flatMap(key => {
      const list = positions.get(key)
      const first = list?.at(-1)
      return list && first !== undefined ? [{ list, first }] : []
    })
    const [next] = waiting.sort((one, other) => one.first - other.first)
    if (!next) return true
    next.list.pop()
    taken.add(next.first)
    return false
  })
  return { missing: missing.filter((_, position) => !taken.has(position)), surplus: left }
}

/** Which of these texts are part of another one. */
function foundIn(texts: readonly string[]): (text: string) => string[] {
  const known = new Set(texts)
  const lengths = new Set(texts.map(({ length }) => length))
  return text => {
    const found: string[] = []
    for (const length of lengths)
      for (let from = 0; from + length <= text.length; from++) {
        const part = text.slice(from, from + length)
        if (known.has(part)) found.push(part)
      }
    return found
  }
}

function whySurplus({ id, orderId, reason }: DeadLetter, all: Map<string, OrderHistory>): string[] {
  const order = orderId === undefined ? undefined : all.get(orderId)
  if (!order || !wasRequested(order)) return [`the dead letter ${id} (${reason}) belongs to no message that was sent`]
  if (!isValid(order)) return [`${orderId} is dead-lettered more than once (${reason})`]
  return isDecided(order) ? [`${orderId} is both decided and dead-lettered (${reason})`] : []
}

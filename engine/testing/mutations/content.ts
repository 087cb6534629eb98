/**
 * Ways to break what is said of an order: who ordered, where, why it failed; and dead letters that are not what was sent.
 */
import type { OrderRow } from '#common/contracts/evidence.ts'
import { SCARCE_KITCHEN } from '../../load/mix.ts'
import { reasonToFail } from '../../checks/service.ts'
import type { OrderHistory } from '../../checks/order-history.ts'
import type { History } from '../../run/history.ts'
import type { Learned, Poll } from '../../load/attempt.ts'
import {
  answered,
  forget,
  isLate,
  isReleased,
  LATE_NS,
  type Mutation,
  notified,
  notifiedAfter,
  rowOf,
} from './mutation.ts'

const inTable = (name: string, change: Partial<OrderRow>, on: Mutation['on'] = notified): Mutation => ({
  name,
  on,
  mutate: (history, order) => void Object.assign(rowOf(history, order) ?? {}, change),
  caughtBy: ['content'],
})

const inAnswer = (name: string, status: 201 | 202, change: { orderId?: undefined; says?: string | undefined }) => ({
  name,
  on: notifiedAfter(status),
  mutate: (_history: History, { attempts }: OrderHistory) =>
    attempts.forEach(({ answer }) => Object.assign(answer, change)),
  caughtBy: ['content'],
})

/** Refused by inventory for what it is, and answered 202: no answer names a reason. */
const refused = (order: OrderHistory) =>
  order.planned?.expected === 'failed' && answered(202)(order) && order.decisions.length === 1
const otherReason = ({ planned }: OrderHistory) =>
  planned && reasonToFail(planned) === 'unknown-sku' ? 'out-of-stock' : 'unknown-sku'

function refuseFor({ decisions }: OrderHistory, reason: 'out-of-stock' | 'unknown-sku'): void {
  for (const row of decisions) row.outcome = { status: 'failed', reason }
}

const CONTENT_MUTATIONS: readonly Mutation[] = [
  inTable('the orders table has the order of another user', { userId: 'another' }),
  inTable('the orders table has the order in another kitchen', { kitchenId: 'another' }),
  inTable('the orders table has the correlation id of another order', { correlationId: 'another' }),
  inTable('a reserved order has a reason to fail', { reason: 'out-of-stock' }),
  inTable('a failed order has a reason that no table of errors has', { reason: 'because' }, refused),
  {
    name: 'an order is refused for the reason of another, everywhere',
    on: refused,
    mutate(history, order) {
      refuseFor(order, otherReason(order))
      Object.assign(rowOf(history, order) ?? {}, { reason: otherReason(order) })
    },
    caughtBy: ['content'],
  },
  {
    name: 'the orders table has another reason than inventory',
    on: refused,
    mutate: (history, order) => void Object.assign(rowOf(history, order) ?? {}, { reason: otherReason(order) }),
    caughtBy: ['content'],
  },
  {
    name: 'inventory has another reason than the orders table',
    on: refused,
    mutate: (_history, order) => refuseFor(order, otherReason(order)),
    caughtBy: ['content'],
  },
  inTable('the orders table has the order with another note', { fingerprint: 'another' }),
  {
    name: 'inventory has the order with another note',
    on: notified,
    mutate: (_history, { decisions }) => decisions.forEach(row => (row.fingerprint = 'another')),
    caughtBy: ['content'],
  },
  {
    name: 'the note of an order is lost on its way to inventory',
    on: order => notified(order) && order.planned?.noteChars !== undefined,
    mutate: (_history, { decisions }) => decisions.forEach(row => delete row.fingerprint),
    caughtBy: ['content'],
  },
  {
    name: 'another user is notified',
    on: notified,
    mutate: (_history, { notifications }) => notifications.forEach(row => (row.userId = 'another')),
    caughtBy: ['content'],
  },
  {
    name: 'a released order moved the stock of another kitchen, there and back',
    on: isReleased,
    mutate({ evidence }, { movements }) {
      const [movement] = movements
      const other = evidence.stock.find(
        ({ sku, kitchenId }) => sku === movement?.sku && ![SCARCE_KITCHEN, movement.kitchenId].includes(kitchenId),
      )
      if (!movement || !other) throw new Error('there is no other kitchen')
      for (const row of movements) if (row.sku === movement.sku) row.kitchenId = other.kitchenId
    },
    caughtBy: ['content'],
  },
  inAnswer('a 201 names no order', 201, { orderId: undefined }),
  inAnswer('a 201 says that the order failed', 201, { says: 'failed' }),
  inAnswer('a 201 says nothing of the order', 201, { says: undefined }),
  inAnswer('a 202 names no order', 202, { orderId: undefined }),
  inAnswer('a 202 says what no order is', 202, { says: 'eaten' }),
  inAnswer('a 202 says of a reserved order that it failed', 202, { says: 'failed' }),
  {
    name: 'an order without the sku is told that it is sold out',
    on: order => order.planned?.expected === 'failed' && answered(409)(order),
    mutate(_history, order) {
      for (const { answer } of order.attempts) if (answer.kind === 'status') answer.code = otherReason(order)
    },
    caughtBy: ['content', 'served'],
  },
]

/** What a client that follows its order was told; nothing where it was not. */
const inLearned = (name: string, on: Mutation['on'], learned: (order: OrderHistory) => Learned): Mutation => ({
  name,
  on,
  mutate: (_history, order) => order.attempts.forEach(attempt => (attempt.learned = learned(order))),
  caughtBy: ['content'],
})

/** All clients follow their orders, and each but this one's is told in the end what the orders table has. */
const untold = (name: string, learned?: Learned): Mutation => ({
  name,
  on: notifiedAfter(202),
  mutate(history, { orderId }) {
    history.isFollowed = true
    const rows = new Map(history.evidence.orders.map(row => [row.orderId, row]))
    for (const attempt of history.attempts) {
      const { status, reason } = rows.get(attempt.orderId) ?? { status: 'reserved', reason: null }
      const told = { atNs: LATE_NS, says: status === 'failed' ? status : 'reserved', requests: 1 } as const
      const own = attempt.orderId === orderId ? learned : { ...told, ...(reason !== null && { reason }) }
      if (own && attempt.answer.kind === 'status' && attempt.answer.status === 202) attempt.learned = own
    }
  },
  caughtBy: ['served'],
})

const LEARNED_MUTATIONS: readonly Mutation[] = [
  inLearned('a client that follows its order is told that it failed', notifiedAfter(202), () => ({
    atNs: LATE_NS,
    says: 'failed',
    reason: 'out-of-stock',
    requests: 1,
  })),
  inLearned('a client that follows its order is told another reason', refused, order => ({
    atNs: LATE_NS,
    says: 'failed',
    reason: otherReason(order),
    requests: 1,
  })),
  untold('a client that follows its order is never told', { atNs: LATE_NS, requests: 1 }),
  untold('a client that was to follow its order never asked'),
]

const inPoll = (name: string, change: Partial<Poll>, more: readonly string[] = []): Mutation => ({
  name,
  on: notifiedAfter(202),
  mutate: ({ polls }, { orderId }) =>
    void Object.assign(polls.findLast(each => each.orderId === orderId) ?? {}, change),
  caughtBy: ['shown', ...more],
})

const POLL_MUTATIONS: readonly Mutation[] = [
  inPoll('a client is shown for ever that its reserved order is pending', { says: 'pending', reason: undefined }),
  inPoll('a client is shown that its order is what no order is', { says: 'eaten' }),
  inPoll('a client is shown a reason for its reserved order', { reason: 'out-of-stock' }),
  {
    name: 'a client is shown another reason than the orders table has',
    on: refused,
    mutate({ polls }, { orderId }) {
      for (const poll of polls) if (poll.orderId === orderId && poll.says === 'failed') poll.reason = 'because'
    },
    caughtBy: ['shown'],
  },
  {
    name: 'a client whose request timed out is not shown its order in the end',
    on: order => notified(order) && isLate(order),
    mutate({ polls }, { orderId }) {
      const last = polls.findLast(each => each.orderId === orderId)
      if (last) last.status = 404
    },
    caughtBy: ['shown'],
  },
  {
    name: 'clients are shown orders of nobody',
    on: notifiedAfter(202),
    mutate({ polls }, { orderId }) {
      for (const poll of polls) if (poll.orderId === orderId) poll.orderId = 'nobody'
    },
    caughtBy: ['shown'],
  },
  {
    name: 'a client cannot ask for its order before anything is broken',
    on: notifiedAfter(202),
    mutate(history, { orderId }) {
      for (const poll of history.polls) if (poll.orderId === orderId) poll.status = 500
      for (const step of history.executedSteps) Object.assign(step, { atNs: LATE_NS, doneNs: LATE_NS + 1 })
    },
    caughtBy: ['shown', 'served'],
  },
  inPoll('a client does not find its accepted order', { status: 404 }),
  inPoll('a client is sent elsewhere for its order', { status: 302 }),
  inPoll('a client is shown that its reserved order failed', { says: 'failed', reason: 'out-of-stock' }),
  {
    name: 'a client sees its order reserved, and then pending',
    on: notifiedAfter(202),
    mutate({ polls }, { orderId }) {
      const last = polls.findLast(each => each.orderId === orderId)
      if (last) polls.push({ ...last, startedNs: LATE_NS, answeredNs: LATE_NS + 1, says: 'pending' })
    },
    caughtBy: ['shown'],
  },
  {
    name: 'a client sees another reason than before',
    on: refused,
    mutate({ polls }, { orderId }) {
      const last = polls.findLast(each => each.orderId === orderId)
      if (last) polls.push({ ...last, startedNs: LATE_NS, answeredNs: LATE_NS + 1, reason: 'released' })
    },
    caughtBy: ['shown'],
  },
  {
    name: 'a client saw a result that is in no orders table',
    on: order => notified(order) && isLate(order),
    mutate: (history, order) => forget(history, order, 'orders'),
    caughtBy: ['shown', 'recorded'],
  },
]

const letter = { source: 'orders', reason: 'malformed', detail: '', attempts: 1, orderId: undefined }

const DEAD_LETTER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'there are fifty nameless dead letters that nobody sent',
    on: notified,
    mutate({ evidence }) {
      for (let count = 0; count < 50; count++) evidence.deadLetters.push({ ...letter, id: `x-${count}`, body: '{' })
    },
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'there are dead letters although nothing was poisoned',
    on: notified,
    mutate(history) {
      history.raw = history.raw.filter(({ expect }) => expect !== 'dead-letter')
      history.evidence.deadLetters = [{ ...letter, id: 'x', body: '{' }]
    },
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'a poison is lost, and another one is in its place',
    on: notified,
    mutate: ({ evidence }) => void evidence.deadLetters.splice(-1, 1, { ...letter, id: 'x', body: 'another' }),
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'the bytes of a poison are changed in its dead letter',
    on: notified,
    mutate({ evidence }) {
      const last = evidence.deadLetters.at(-1)
      if (last) last.body += ' '
    },
    caughtBy: ['dead-letter-closure'],
  },
  {
    name: 'every dead letter is lost',
    on: notified,
    mutate: ({ evidence }) => void (evidence.deadLetters = []),
    caughtBy: ['dead-letter-closure'],
  },
]

export const SAYING_MUTATIONS = [
  ...CONTENT_MUTATIONS,
  ...LEARNED_MUTATIONS,
  ...POLL_MUTATIONS,
  ...DEAD_LETTER_MUTATIONS,
]

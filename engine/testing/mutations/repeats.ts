/**
 * Ways to break the sequence in which a client learns of one order: once it knows the outcome, no later request and no later poll may
 * be told that there is none yet.
 */
import type { Answer, Poll } from '../../load/attempt.ts'
import type { OrderHistory } from '../../checks/order-history.ts'
import { type Mutation, notifiedAfter } from './mutation.ts'

/** Its first request ended without an answer, and its second was told that it is reserved. */
const repeated = ({ attempts, raw }: OrderHistory) =>
  raw.length === 0 &&
  attempts.length === 2 &&
  attempts.every(({ answer }, nth) => (nth === 0 ? answer.kind === 'deadline' : statusOf(answer) === 201))
const statusOf = (answer: Answer) => (answer.kind === 'status' ? answer.status : undefined)

const says = (status: 200 | 201 | 202, state: 'reserved' | 'pending', { orderId }: OrderHistory): Answer => ({
  kind: 'status',
  status,
  orderId,
  says: state,
  text: '',
})
const UNDECIDED: Answer = { kind: 'status', status: 409, code: 'order-undecided', text: '' }

/** @param answers to both requests */
const answeredTwice = (name: string, answers: (order: OrderHistory) => [Answer, Answer]): Mutation => ({
  name,
  on: repeated,
  mutate(_history, order) {
    for (const [nth, answer] of answers(order).entries()) {
      const attempt = order.attempts[nth]
      if (attempt) Object.assign(attempt, { answer, answeredNs: attempt.startedNs + 4e5 })
    }
  },
  caughtBy: ['served'],
})

const pollAt = ({ attempts: [first], orderId }: OrderHistory, afterNs: number, state: string): Poll => {
  const { index = 0, startedNs = 0 } = first ?? {}
  const atNs = startedNs + afterNs
  return { index, orderId, startedNs: atNs, answeredNs: atNs + 1_000, status: 200, says: state }
}

export const REPEAT_MUTATIONS: readonly Mutation[] = [
  answeredTwice('a client is told that its order is reserved, and then accepted as a new one', order => [
    says(201, 'reserved', order),
    says(202, 'pending', order),
  ]),
  answeredTwice('a repeated request is told that its order is reserved, and the next that it is pending', order => [
    says(200, 'reserved', order),
    says(202, 'pending', order),
  ]),
  answeredTwice('a repeated request is told that its order is reserved, and the next that it is undecided', order => [
    says(200, 'reserved', order),
    UNDECIDED,
  ]),
  {
    name: 'a client sees its order reserved, and its repeated request is told that it is pending',
    on: repeated,
    mutate(history, order) {
      history.polls.push(pollAt(order, 4.5e5, 'reserved'))
      for (const attempt of order.attempts.slice(1)) attempt.answer = says(202, 'pending', order)
    },
    caughtBy: ['served'],
  },
  {
    name: 'the first request of an order is told that it is reserved already',
    on: notifiedAfter(202),
    mutate: (_history, order) => order.attempts.forEach(attempt => (attempt.answer = says(200, 'reserved', order))),
    caughtBy: ['served'],
  },
  {
    name: 'a repeated request is told that its order is reserved, and it failed',
    on: order => order.planned?.expected === 'failed' && order.attempts.length === 2,
    mutate: (_history, order) =>
      order.attempts.slice(1).forEach(attempt => (attempt.answer = says(200, 'reserved', order))),
    caughtBy: ['served', 'content'],
  },
  {
    name: 'a client is answered with the outcome, and then shown that its order is pending',
    on: notifiedAfter(201),
    mutate: (history, order) => void history.polls.unshift(pollAt(order, 6e5, 'pending')),
    caughtBy: ['shown'],
  },
]

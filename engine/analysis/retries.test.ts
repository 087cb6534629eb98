import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attempt } from '../load/attempt.ts'
import { inStead } from '../load/retry.ts'
import type { History } from '../run/history.ts'
import { historyOf, ns, served } from '../testing/sample-timelines.ts'
import { clientsOf, retryMeasures } from './retries.ts'

const SPAN = { fromMs: 0, toMs: 1_000 }

/** Two clients: the first is served at once; the second is refused, told that its order has failed for good, and then served. */
function twoClients(): History {
  const history = historyOf([served(0, 10), served(100, 10)])
  const [, second] = history.planned
  const [first, accepted] = history.attempts
  assert.ok(second && first && accepted)
  const stand = { ...inStead(second, 2) }
  const refused = (atMs: number, attempt: number, isFinal?: true): Attempt => ({
    index: 1,
    orderId: second.orderId,
    attempt,
    plannedNs: ns(atMs),
    startedNs: ns(atMs),
    answeredNs: ns(atMs + 5),
    answer: { kind: 'status', status: 503, text: '', ...(isFinal && { isFinal }) },
    ...(attempt > 1 && { isRetry: true }),
  })
  const again = { ...accepted, index: 2, orderId: stand.orderId, isRetry: true as const, startedNs: ns(1_500) }
  const { evidence } = history
  const renamed = <Row extends { orderId: string | null }>(rows: Row[]): Row[] =>
    rows.map(row => (row.orderId === second.orderId ? { ...row, orderId: stand.orderId } : row))
  return {
    ...history,
    planned: [...history.planned, stand],
    attempts: [first, refused(100, 1), refused(1_300, 2, true), again],
    evidence: {
      ...evidence,
      orders: renamed(evidence.orders),
      decisions: renamed(evidence.decisions),
      notifications: renamed(evidence.notifications),
    },
  }
}

const measuresOf = (history: History) =>
  Object.fromEntries(retryMeasures(history, SPAN).map(({ name, value }) => [name, value]))

test('all requests of a client count as its own, also those of the orders that stand in for its first', () => {
  assert.deepEqual(measuresOf(twoClients()), {
    clients: 2,
    'clients served': 100,
    'requests per client': 2,
    'most requests in a second': 2,
    'refusals outlast the fault by': 300,
  })
  const [, second] = [...clientsOf(twoClients()).values()]
  assert.deepEqual(
    second?.attempts.map(({ index, attempt }) => [index, attempt]),
    [
      [1, 1],
      [1, 2],
      [2, 1],
    ],
  )
})

test('a client whose orders all failed was not served, and where nobody was refused after the fault nothing outlasts it', () => {
  const history = twoClients()
  const attempts = history.attempts.slice(0, 2)
  const evidence = { ...history.evidence, orders: [], decisions: [], notifications: [] }
  const found = measuresOf({ ...history, attempts, evidence })
  assert.deepEqual([found['clients served'], found['refusals outlast the fault by']], [0, 0])
})

test('clients of the warm-up are not measured, nor what stands in for their orders', () => {
  const found = measuresOf({ ...twoClients(), warmUpOrders: 2 })
  assert.deepEqual([found.clients, found['requests per client']], [0, null])
})

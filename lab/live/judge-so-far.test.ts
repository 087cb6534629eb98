import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { runCheck } from '#engine/checks/check.ts'
import { duplicated, unexpected } from '#engine/checks/orders.ts'
import { oversold } from '#engine/checks/stock.ts'
import { orderHistories } from '#engine/checks/order-history.ts'
import type { History } from '#engine/run/history.ts'
import { MUTATIONS } from '#engine/testing/mutations/effects.ts'
import { sampleHistory } from '#engine/testing/sample-history.ts'
import { judgeSoFar, type SoFar } from './judge-so-far.ts'

const soFar = ({ planned, attempts, evidence, raw, openingStock }: History, more: Partial<SoFar> = {}): SoFar => ({
  orders: { planned, attempts, inFlight: new Map() },
  evidence,
  raw,
  openingStock,
  cutNs: Infinity,
  ...more,
})
const seeds = fc.nat()

test('of a whole history nothing is found', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const found = judgeSoFar(soFar(sampleHistory(seed)))
      assert.deepEqual(found, { lost: 0, duplicated: 0, oversold: 0, unexpected: 0 })
    }),
    { numRuns: 100 },
  )
})

test('what is duplicated, oversold or unexpected is counted as the checks of a result count it', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(...MUTATIONS), fc.nat(), (seed, { on, mutate }, which) => {
      const history = sampleHistory(seed)
      const able = [...orderHistories(history).values()].filter(on)
      const order = able[which % able.length]
      if (!order) return
      mutate(history, order)
      const { lost: _, ...found } = judgeSoFar(soFar(history))
      const count = (check: typeof duplicated) => runCheck(check, history).found ?? 0
      assert.deepEqual(found, {
        duplicated: count(duplicated),
        oversold: count(oversold),
        unexpected: count(unexpected),
      })
    }),
    { numRuns: 300 },
  )
})

/** An accepted order without another attempt, and what the services hold of it. */
function accepted(history: History) {
  const order = [...orderHistories(history).values()].find(
    ({ attempts, rows, raw }) =>
      attempts.length === 1 &&
      raw.length === 0 &&
      rows.length === 1 &&
      attempts.every(({ answer }) => answer.kind === 'status' && answer.status === 202),
  )
  return order ?? assert.fail('the sample has an accepted order')
}

function forget({ evidence }: History, orderId: string): void {
  const others = <Row extends { orderId?: string | null }>(rows: Row[]) => rows.filter(row => row.orderId !== orderId)
  evidence.orders = others(evidence.orders)
  evidence.decisions = others(evidence.decisions)
  evidence.movements = others(evidence.movements)
  evidence.notifications = others(evidence.notifications)
}

test('an accepted order that no service holds is lost, and one that is pending is not', () => {
  const history = sampleHistory(3)
  const { orderId, rows } = accepted(history)
  forget(history, orderId)
  assert.equal(judgeSoFar(soFar(history)).lost, 1)
  history.evidence.orders.push(...rows.map(row => ({ ...row, status: 'pending' as const })))
  assert.equal(judgeSoFar(soFar(history)).lost, 0)
})

test('an answer that came after the reading began promises nothing yet, and an order in flight may have its effects', () => {
  const history = sampleHistory(3)
  const { orderId, attempts } = accepted(history)
  const [attempt] = attempts
  if (!attempt) assert.fail('it has an attempt')
  const inFlight = new Map([[attempt.index, attempt]])
  const others = history.attempts.filter(each => each.orderId !== orderId)
  const { planned } = history
  assert.equal(judgeSoFar(soFar(history, { orders: { planned, attempts: others, inFlight } })).unexpected, 0)
  forget(history, orderId)
  assert.equal(judgeSoFar(soFar(history, { cutNs: (attempt.answeredNs ?? 0) - 1 })).lost, 0)
})

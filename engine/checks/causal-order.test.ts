import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleHistory } from '../testing/sample-history.ts'
import { causalOrder } from './causal-order.ts'
import { orderHistories } from './order-history.ts'

test('an offender is named with what came too early, and by how much', () => {
  const history = sampleHistory(1)
  const [row] = history.evidence.notifications
  if (!row) return assert.fail('nothing was notified')
  const decision = history.evidence.decisions.find(({ orderId }) => orderId === row.orderId) ?? assert.fail('undecided')
  decision.keptNs = decision.decidedNs + 500
  row.sentNs = decision.decidedNs - 1_500
  const { verdict, detail, found } = causalOrder(history)
  assert.deepEqual({ verdict, found }, { verdict: 'invalid', found: 1 })
  assert.ok(detail.includes(`${row.orderId} was notified 0.002 ms before it was decided on the disk`), detail)
})

test('stamps of two clocks that differ are not compared, and the verdict says so; those of one clock still are', () => {
  for (const aheadNs of [1e12, -1e12]) {
    const history = sampleHistory(2)
    for (const row of history.evidence.decisions)
      Object.assign(row, { decidedNs: row.decidedNs + aheadNs, keptNs: null })
    for (const row of history.evidence.movements) row.atNs += aheadNs
    assert.equal(causalOrder(history).verdict, 'invalid')
    history.clocksAgree = false
    const { verdict, detail } = causalOrder(history)
    assert.equal(verdict, 'valid')
    assert.match(detail, /compared per clock because the clocks differ/)
    for (const row of history.evidence.movements) row.atNs += 3e12
    assert.equal(causalOrder(history).verdict, 'invalid')
  }
})

test('a store that was wiped and filled again is younger than what followed from it, and nothing is wrong with that', () => {
  const history = sampleHistory(3)
  for (const row of history.evidence.orders) {
    Object.assign(row, { placedNs: row.placedNs + 1e12, placedKeptNs: null, decidedNs: 2e12, decidedKeptNs: 2e12 + 1 })
  }
  for (const row of history.evidence.movements) row.atNs += 1e12
  for (const row of history.evidence.decisions) Object.assign(row, { decidedNs: row.decidedNs + 1e12, keptNs: 3e12 })
  assert.equal(causalOrder(history).verdict, 'invalid')
  history.executedSteps.push({ atNs: 1, doneNs: 2, action: 'wipe', target: 'inventory_consumer' })
  assert.equal(causalOrder(history).verdict, 'valid')
})

test('an order that also came past the door may be decided before its own client requests it', () => {
  const history = sampleHistory(4)
  const order = [...orderHistories(history).values()].find(
    ({ raw, decisions }) => raw.length === 0 && decisions.length > 0,
  )
  if (!order) return assert.fail('nothing was decided')
  const lateNs = 1e12
  const answer = { kind: 'reset' as const, atNs: lateNs + 1, detail: '' }
  history.attempts = order.attempts.map(row => ({ ...row, plannedNs: lateNs, startedNs: lateNs, answer }))
  assert.equal(causalOrder(history).verdict, 'invalid')
  history.raw.push({ id: 'early', orderId: order.orderId, expect: 'decided', class: 'new order' })
  assert.equal(causalOrder(history).verdict, 'valid')
})

/**
 * What services hold, judged by the engine's checks: tests have no invariants of their own.
 *
 * Guarantees: an order is decided once, reserved and notified at most once, in every store alike; stock at the start is
 * stock left plus stock moved, and none is below nothing.
 * Does not judge answers, of which evidence knows none, nor stamps: a store that was rebuilt has its rows in another sequence.
 */
import assert from 'node:assert/strict'
import { runCheck } from '#engine/checks/check.ts'
import { ofEvidence } from '#engine/checks/checks.ts'
import { expectedOutcomes } from '#engine/checks/orders.ts'
import type { PlannedOrder } from '#engine/load/orders.ts'
import { emptyHistory, type Evidence, type History, type RawMessage } from '#engine/run/history.ts'

export type Expected = {
  /** The orders that were requested, and no others: each has to be reserved and notified. Without it any order may be there. */
  reserved?: readonly string[]
  /** Orders of which the content and the outcome are known. */
  planned?: readonly PlannedOrder[]
  /** Messages that a test sent past the order service, such as poison that has to be dead-lettered. */
  raw?: readonly RawMessage[]
  /** Quantities by kitchen and sku with which the services had to begin. */
  openingStock?: History['openingStock']
  /** Reasons for which an order that was planned as reserved may fail. */
  mayFail?: readonly string[]
}

/** @throws AssertionError with the findings of every check that is invalid or cannot tell */
export function assertSound(evidence: Evidence, expected: Expected = {}): void {
  const history = historyOf(evidence, expected)
  const checks = [...ofEvidence, expectedOutcomes({ mayFail: expected.mayFail })]
  const found = checks.map(check => runCheck(check, history))
  assert.deepEqual(
    found.filter(({ verdict }) => verdict === 'invalid' || verdict === 'unknown'),
    [],
  )
  if (!expected.reserved) return
  const reserved = evidence.decisions.flatMap(({ orderId, outcome, released }) =>
    outcome.status === 'reserved' && !released ? [orderId] : [],
  )
  assert.deepEqual(reserved.toSorted(), expected.reserved.toSorted(), 'the reserved orders')
}

/** The evidence as the end of a history in which every order that may be there was requested. */
function historyOf(evidence: Evidence, expected: Expected): History {
  const { reserved, planned = [], raw = [], openingStock = {} } = expected
  const known = [...evidence.orders, ...evidence.decisions].map(({ orderId }) => orderId)
  const others = new Set(raw.map(({ orderId }) => orderId))
  const requested = [...new Set(reserved ?? known)].filter(orderId => !others.has(orderId))
  const dead = reserved || raw.length > 0 ? [] : evidence.deadLetters.flatMap(({ orderId }) => orderId ?? [])
  return {
    ...emptyHistory(openingStock),
    planned: [...planned],
    raw: [...requested.map(sent('decided')), ...dead.map(sent('dead-letter')), ...raw],
    evidence,
  }
}

const sent =
  (expect: RawMessage['expect']) =>
  (orderId: string): RawMessage => ({ id: orderId, orderId, expect, class: 'an order' })

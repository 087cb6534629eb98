// Random mutations of a whole history that no list names one by one: swapped rows, swapped outcomes, a clock that
// goes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { History } from '../run/history.ts'
import { runCheck } from './check.ts'
import { CHECKS, checksFor } from './checks.ts'
import { SAMPLE_ANSWERS, SAMPLE_REASONS, sampleHistory } from '../testing/sample-history.ts'
import { orderHistories } from './order-history.ts'

const MAY_FAIL = { reasons: SAMPLE_REASONS, answers: SAMPLE_ANSWERS }
const checks = new Map([...CHECKS, ...checksFor(MAY_FAIL).map(check => [check.name, check] as const)])
const invalid = (history: History) =>
  [...checks.values()].filter(check => runCheck(check, history).verdict === 'invalid').map(({ name }) => name)
const seeds = fc.nat({ max: 0xffffffff })

function pick<Item>(items: readonly Item[], which: number): Item {
  const item = items[which % items.length]
  return item ?? assert.fail('there is none to pick')
}

/** Those of the rows whose order came through the client's door, and only there. */
function fromClients<Row extends { orderId: string | null }>(rows: readonly Row[], history: History): Row[] {
  const all = orderHistories(history)
  return rows.filter(({ orderId }) => {
    const trace = all.get(orderId ?? '')
    return trace?.planned && trace.raw.length === 0
  })
}

test('two rows that swap their orders never pass', () => {
  const kinds = fc.constantFrom('orders', 'decisions', 'movements', 'notifications')
  fc.assert(
    fc.property(seeds, kinds, fc.nat(), fc.nat(), (seed, kind, one, other) => {
      const history = sampleHistory(seed)
      const rows = fromClients<{ orderId: string | null }>(history.evidence[kind], history)
      const [first, second] = [pick(rows, one), pick(rows, other)]
      fc.pre(first.orderId !== second.orderId)
      const { orderId } = first
      Object.assign(first, { orderId: second.orderId })
      Object.assign(second, { orderId })
      assert.notDeepEqual(invalid(history), [])
    }),
    { numRuns: 300 },
  )
})

test('two orders that swap their outcomes never pass, in whichever store they are', () => {
  const tellers = fc.constantFrom('orders', 'inventory', 'client')
  fc.assert(
    fc.property(seeds, tellers, fc.nat(), fc.nat(), (seed, teller, one, other) => {
      const history = sampleHistory(seed)
      const { orders, decisions } = history.evidence
      const outcomes = {
        orders: orders.map(row => ({ row, field: 'status', is: row.status })),
        inventory: decisions
          .filter(({ released }) => !released)
          .map(row => ({ row, field: 'outcome', is: row.outcome.status })),
        client: history.attempts
          .filter(({ answer }) => answer.kind === 'status' && [201, 409].includes(answer.status))
          .map(({ answer }) => ({ row: answer, field: 'status', is: answered(answer) })),
      }[teller]
      const good = pick(
        outcomes.filter(({ is }) => is === 'reserved'),
        one,
      )
      const bad = pick(
        outcomes.filter(({ is }) => is === 'failed'),
        other,
      )
      const outcome: unknown = Reflect.get(good.row, good.field)
      Reflect.set(good.row, good.field, Reflect.get(bad.row, bad.field))
      Reflect.set(bad.row, bad.field, outcome)
      assert.notDeepEqual(invalid(history), [])
    }),
    { numRuns: 300 },
  )
})

const answered = (answer: History['attempts'][number]['answer']) =>
  answer.kind === 'status' && answer.status === 201 ? 'reserved' : 'failed'

test('a clock that goes back is found, whichever it is and whenever it does', () => {
  const clocks = fc.constantFrom('orders', 'inventory', 'notifications', 'client')
  fc.assert(
    fc.property(seeds, clocks, fc.nat(), (seed, clock, which) => {
      const history = sampleHistory(seed)
      const rows: object[] = rowsBy(clock, history)
      // From the second row on, so that the clock has been ahead, by more than all of the history.
      for (const row of rows.slice(1 + (which % (rows.length - 1))))
        for (const [field, value] of Object.entries(row))
          if (field.endsWith('Ns') && typeof value === 'number') Reflect.set(row, field, value - 1e12)
      const found = invalid(history)
      assert.ok(found.includes('causal-order'), found.join(', '))
    }),
    { numRuns: 300 },
  )
})

function rowsBy(clock: 'orders' | 'inventory' | 'notifications' | 'client', history: History): object[] {
  const { orders, decisions, movements, notifications } = history.evidence
  if (clock === 'orders') return orders
  if (clock === 'inventory') return [...movements, ...decisions]
  return clock === 'client' ? history.attempts : notifications
}

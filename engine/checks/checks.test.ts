import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ERRORS } from '#common/contracts/errors.ts'
import { emptyHistory, type History } from '../run/history.ts'
import { whileJudged } from '../run/once.ts'
import { worst, defineCheck, runCheck } from './check.ts'
import { MUTATIONS } from '../testing/mutations/effects.ts'
import { CHECKS, checksFor } from './checks.ts'
import { expectedOutcomes } from './orders.ts'
import { SAMPLE_ANSWERS, SAMPLE_REASONS, sampleHistory } from '../testing/sample-history.ts'
import { answerSeen, stepSeen, duplicatesSeen, faultSeen } from './preconditions.ts'
import { orderHistories } from './order-history.ts'
import { served, shown } from './service.ts'

const MAY_FAIL = { reasons: SAMPLE_REASONS, answers: SAMPLE_ANSWERS }
const checks = [
  ...new Map([...CHECKS, ...checksFor(MAY_FAIL).map(check => [check.name, check] as const)]).values(),
  faultSeen({ service: 'inventory_service', fault: 'delay' }),
  stepSeen({ action: 'kill', target: 'inventory_service' }),
]
/** Of a history that is broken: half of the usual ones, since what is broken is one place of it, and each of these has every fate too. */
const ORDERS = 60
const seeds = fc.nat({ max: 0xffffffff })

/** As a run is judged: what several checks work out of a history is worked out once. */
const verdicts = (history: History) => whileJudged(history, () => checks.map(check => runCheck(check, history)))
type Verdicts = ReturnType<typeof verdicts>
/** Invalid, or unknown because the load itself was not as planned. */
const caught = (found: Verdicts) =>
  found.flatMap(({ name, verdict }) => (verdict === 'invalid' || verdict === 'unknown' ? [name] : []))
const explained = (found: Verdicts) =>
  found
    .filter(({ verdict }) => verdict !== 'valid')
    .map(({ name, verdict, detail }) => `${name} is ${verdict}: ${detail}`)

test('every check is valid on any whole history', () => {
  fc.assert(
    fc.property(seeds, seed => assert.deepEqual(explained(verdicts(sampleHistory(seed))), [])),
    { numRuns: 300 },
  )
})

for (const { name, on, mutate, caughtBy } of MUTATIONS) {
  test(`when ${name}, exactly ${caughtBy.join(', ')} must say so`, () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, which) => {
        const history = sampleHistory(seed, ORDERS)
        const able = [...orderHistories(history).values()].filter(on)
        const trace = able[which % able.length]
        if (!trace) return fc.pre(false)
        // Few orders are polled. Of those that are, `shown` sees much of what other checks see.
        if (!caughtBy.includes('shown'))
          history.polls = history.polls.filter(({ orderId }) => orderId !== trace.orderId)
        mutate(history, trace)
        const found = verdicts(history)
        assert.deepEqual(caught(found).toSorted(), caughtBy.toSorted(), explained(found).join('\n'))
      }),
      { numRuns: 30 },
    )
  })
}

test('a row of evidence more or less never passes', () => {
  const kinds = fc.constantFrom('movements', 'notifications', 'decisions', 'stock')
  fc.assert(
    fc.property(seeds, kinds, fc.boolean(), fc.nat(), (seed, kind, more, which) => {
      const history = sampleHistory(seed, ORDERS)
      const rows: unknown[] = history.evidence[kind]
      // A second row of one stock, or a failed order that inventory was never requested to decide, contradicts nothing.
      fc.pre(more ? kind !== 'stock' : kind !== 'decisions')
      const position = which % rows.length
      if (more) rows.push(structuredClone(rows[position]))
      else rows.splice(position, 1)
      assert.notDeepEqual(caught(verdicts(history)), [])
    }),
    { numRuns: 300 },
  )
})

test('an invalid check names the first offenders and counts all', () => {
  const history = sampleHistory(5)
  history.evidence.notifications.push(...history.evidence.notifications)
  const { detail, found } = runCheck(CHECKS.get('duplicated') ?? assert.fail(), history)
  assert.match(detail, /^\d+ found among \d+ .*was notified 2 times; .*; and \d+ more\.$/)
  assert.equal(found, Number.parseInt(detail))
  assert.equal(found, history.evidence.notifications.length / 2)
})

test('a valid check that looks for offenders says that it found 0, and one that judged nothing says no number', () => {
  const found = new Map(verdicts(sampleHistory(8)).map(result => [result.name, result.found]))
  const counts = [...checksFor().map(({ name }) => name), 'unknown-resolved']
  for (const name of counts) assert.equal(found.get(name), 0, name)
  for (const result of verdicts(emptyHistory({}))) assert.ok(!('found' in result), result.name)
})

test('every check is vacuous when no order was requested', () => {
  for (const { name, verdict } of verdicts(emptyHistory({}))) assert.equal(verdict, 'vacuous', name)
})

test('a check that throws is unknown and says why', () => {
  const broken = defineCheck('broken', 'it cannot work', () => {
    throw new Error('a row is missing')
  })
  const { name, verdict, detail } = runCheck(broken, sampleHistory(1))
  assert.deepEqual([name, verdict], ['broken', 'unknown'])
  assert.match(detail, /a row is missing/)
})

test('oversold is vacuous when nothing was scarce, and unknown-resolved when every attempt was answered', () => {
  const history = sampleHistory(2)
  for (const skus of Object.values(history.openingStock)) for (const sku of Object.keys(skus)) skus[sku] = 1_000_000
  assert.equal(runCheck(CHECKS.get('oversold') ?? assert.fail(), history).verdict, 'vacuous')
  const answer = { kind: 'status' as const, status: 400, text: '' }
  history.attempts = history.attempts.map(attempt => ({ ...attempt, answer }))
  assert.equal(runCheck(CHECKS.get('unknown-resolved') ?? assert.fail(), history).verdict, 'vacuous')
})

test('that no order is unknown is judged even when every attempt was answered', () => {
  const history = sampleHistory(9)
  history.attempts = history.attempts.map(attempt => ({
    ...attempt,
    answer: { kind: 'status', status: 400, text: '' },
  }))
  const { verdict, found } = runCheck(CHECKS.get('all-resolved') ?? assert.fail(), history)
  assert.deepEqual({ verdict, found }, { verdict: 'valid', found: 0 })
})

test('what an experiment did on purpose and did not happen makes the run vacuous, with a sentence', () => {
  const history = sampleHistory(3)
  const absent = [
    faultSeen({ service: 'inventory_service', fault: 'throttle' }),
    faultSeen({ service: 'nobody', fault: 'delay' }),
    faultSeen({ service: 'inventory_service', fault: 'delay', atLeast: 100 }),
    stepSeen({ action: 'pause' }),
    answerSeen({ code: 'overloaded' }),
    stepSeen({ action: 'kill', target: 'inventory_service', atLeast: 2 }),
    duplicatesSeen({ atLeast: 1, count: () => 0 }),
  ]
  for (const check of absent) {
    const { verdict, detail } = runCheck(check, history)
    assert.equal(verdict, 'vacuous', check.name)
    assert.match(detail, /; \d+ were needed\.$/)
  }
})

test('an order that was planned as reserved may fail only for the reasons that its variant allows', () => {
  const history = sampleHistory(4)
  assert.equal(runCheck(expectedOutcomes(), history).verdict, 'invalid')
  assert.equal(runCheck(expectedOutcomes({ mayFail: SAMPLE_REASONS }), history).verdict, 'valid')
})

test('on a full machine it is unknown whose fault it is that a service had no time, and any other error stays invalid', () => {
  const servedWith = (code: 'overloaded' | 'store-failed', machine: History['machine'], lateMs = 0) => {
    const history = { ...sampleHistory(8), machine }
    history.generator = { ...history.generator, lateness: { p50Ms: 0, p99Ms: 0, maxMs: lateMs } }
    const told =
      history.attempts.find(({ answer }) => answer.kind === 'status' && answer.status === 201) ?? assert.fail()
    told.answer = { kind: 'status', status: ERRORS[code].status, code, text: '' }
    return runCheck(served(SAMPLE_ANSWERS), history)
  }
  const unknown = servedWith('overloaded', { idleShare: 0.02 })
  assert.equal(unknown.verdict, 'unknown')
  assert.match(unknown.detail, /^1 found among .+ answered 503 overloaded; .+ The machine was 2 % idle: .+ at rest\.$/)
  assert.equal(servedWith('overloaded', { idleShare: 0.2 }, 700).verdict, 'unknown')
  assert.equal(servedWith('store-failed', { idleShare: 0 }).verdict, 'invalid')
  assert.equal(servedWith('overloaded', { idleShare: 0.14 }).verdict, 'unknown')
  assert.equal(servedWith('overloaded', { idleShare: 0.16 }).verdict, 'invalid')
  assert.equal(servedWith('overloaded', { unknown: 'it was not measured' }).verdict, 'invalid')
})

test('on a full machine it is unknown whose fault it is that nobody answered in time who asked for an order', () => {
  const shownWith = (detail: string, idleShare: number) => {
    const history = { ...sampleHistory(8), machine: { idleShare } }
    const [first = assert.fail()] = history.polls
    history.polls.push({ ...first, status: undefined, says: undefined, detail })
    return runCheck(shown(), history)
  }
  const timeout = 'The operation was aborted due to timeout'
  assert.equal(shownWith(timeout, 0.02).verdict, 'unknown')
  assert.equal(shownWith(timeout, 0.2).verdict, 'invalid')
  assert.equal(shownWith('other side closed', 0.02).verdict, 'invalid')
})

test('a message that was sent to be dead-lettered leaves no order undecided', () => {
  const history = sampleHistory(6)
  const conflict = history.raw.find(({ class: kind }) => kind === 'other content')
  assert.ok(history.evidence.deadLetters.some(({ orderId }) => orderId === conflict?.orderId))
  assert.equal(runCheck(CHECKS.get('undecided') ?? assert.fail(), history).verdict, 'valid')
})

test('each check has a name of its own and a claim, and the worst verdict is that of the run', () => {
  assert.equal(new Set(checks.map(({ name }) => name)).size, checks.length)
  assert.ok(checks.every(({ claim }) => claim.length > 10))
  assert.equal(worst(verdicts(sampleHistory(7)).map(({ verdict }) => verdict)), 'valid')
})

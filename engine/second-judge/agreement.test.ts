// Two programs that share no code judge the same random histories, most of them broken in some way, and have to say the same.
// `AGREEMENT_RUNS=10000` before the test judges more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { runCheck } from '../checks/check.ts'
import { CHECKS } from '../checks/checks.ts'
import type { History } from '../run/history.ts'
import { whileJudged } from '../run/once.ts'
import { change, type Change, changes, smallest } from '../testing/random-changes.ts'
import { sampleHistory } from '../testing/sample-history.ts'
import { NOTE } from './claims.ts'
import { type Judgement, judgeAgain, LINEARIZABLE } from './judge.ts'

const RUNS = Number(process.env.AGREEMENT_RUNS ?? 1_000)
const CLAIMS = ['lost', 'duplicated', 'oversold', 'unexpected', 'single-outcome']
const seeds = fc.nat({ max: 0xffffffff })

function changed(seed: number, about: number, made: readonly Change[]): History {
  const history = sampleHistory(seed)
  for (const each of made) change(history, about, each)
  return JSON.parse(JSON.stringify(history)) as History
}

type Judge = (json: unknown) => readonly Judgement[]

/** Claims that one judge finds broken and the other one does not. */
const disputed = (history: History, judge: Judge): string[] => {
  const broken = judge(history).flatMap(({ claim, verdict }) => (verdict === 'invalid' ? [claim] : []))
  const isInvalid = (claim: string) => runCheck(CHECKS.get(claim) ?? assert.fail(claim), history).verdict === 'invalid'
  return whileJudged(history, () => [
    ...CLAIMS.filter(claim => isInvalid(claim) !== broken.includes(claim)),
    // The check claims more than the note.
    ...(broken.includes(NOTE) && !isInvalid('content') ? [NOTE] : []),
  ])
}

/** The smallest history that was found on which the judges disagree; undefined when there is none. */
function disagreement(
  judge: Judge,
  options: { numRuns: number; endOnFailure?: boolean },
): { claims: string[]; history: History } | undefined {
  const details = fc.check(
    fc.property(seeds, fc.nat(), changes, (...given) => disputed(changed(...given), judge).length === 0),
    options,
  )
  if (!details.failed) return undefined
  const history = changed(...(details.counterexample ?? assert.fail('it was interrupted')))
  const claims = disputed(history, judge)
  return { claims, history: smallest(history, smaller => disputed(smaller, judge).includes(claims[0] ?? '')) }
}

test(`the checks and the second judge agree on ${RUNS} random histories`, () => {
  const found = disagreement(judgeAgain, { numRuns: RUNS })
  assert.ok(!found, `they disagree on ${found?.claims.join(', ')} of ${JSON.stringify(found?.history, null, 1)}`)
})

test('a judge that overlooks one claim is found, and its smallest history is of few orders', () => {
  for (const overlooked of CLAIMS) {
    const careless: Judge = json => judgeAgain(json).filter(({ claim }) => claim !== overlooked)
    const found =
      disagreement(careless, { numRuns: 1_000, endOnFailure: true }) ?? assert.fail(`${overlooked} is never broken`)
    assert.deepEqual(found.claims, [overlooked])
    const orders = new Set(found.history.attempts.map(({ orderId }) => orderId))
    assert.ok(orders.size <= 2, `${overlooked}: ${orders.size} orders`)
  }
})

test('the second judge finds nothing in a whole history', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const judged = judgeAgain(JSON.parse(JSON.stringify(sampleHistory(seed))))
      assert.deepEqual(judged.map(({ claim }) => claim).toSorted(), [...CLAIMS, NOTE, LINEARIZABLE].toSorted())
      for (const { claim, verdict, found } of judged) assert.equal(verdict, 'valid', `${claim}: ${found.join(', ')}`)
    }),
    { numRuns: 100 },
  )
})

test('the second judge finds each order that has another note in a store, or has lost its note', () => {
  const found = (spoil: (history: History) => void) => {
    const history = sampleHistory(3)
    spoil(history)
    return judgeAgain(JSON.parse(JSON.stringify(history))).find(({ claim }) => claim === NOTE)?.found
  }
  const orderIdOf = (row: { orderId: string } | undefined) => row?.orderId ?? assert.fail()
  const noted = ({ evidence }: History) => evidence.orders.find(({ fingerprint }) => fingerprint)
  const reserved = ({ evidence }: History) => evidence.decisions.find(({ outcome }) => outcome.status === 'reserved')
  const whole = sampleHistory(3)
  assert.deepEqual(
    found(history => Object.assign(noted(history) ?? {}, { fingerprint: 'another' })),
    [orderIdOf(noted(whole))],
  )
  assert.deepEqual(
    found(history => delete reserved(history)?.fingerprint),
    [orderIdOf(reserved(whole))],
  )
})

test('a history is refused with the name of the field that is not as a history has it', () => {
  const history = sampleHistory(3)
  assert.throws(() => judgeAgain([]), /the history is not an object/)
  assert.throws(() => judgeAgain({ ...history, attempts: undefined }), /attempts is not a list/)
  const evidence = { ...history.evidence, stock: [{ kitchenId: 'a', sku: 'b', quantity: '1' }] }
  assert.throws(() => judgeAgain({ ...history, evidence }), /quantity is not a number/)
})

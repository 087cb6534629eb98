// Inventory errors, answers garbage, refuses, hangs, is unreachable: what does the client see, and what becomes of the stock?
// Each row is broken after a healthy start and healed before its end. The breaker is off but in one row, so that each
// kind of failure shows as itself.
import { checksFor } from '#engine/checks/checks.ts'
import { answerSeen, stepSeen, faultSeen } from '#engine/checks/preconditions.ts'
import type { Check } from '#engine/checks/check.ts'
import { defineExperiment, setBy, thousands, type Variant } from '#engine/experiment/define.ts'
import { at, fault, heal, isolate, kill, pause, resume, start, type Step } from '#engine/experiment/steps.ts'
import { count, findMeasure, ms, sentence } from '#engine/analysis/measures.ts'
import { RECOVERY } from '#engine/analysis/recovery.ts'
import { MAY_ANSWER, MAY_FAIL } from '../../lab/comparison.ts'
import { syncRest } from '../../lab/model.ts'
import { healingMeasures } from './healing.ts'

const INVENTORY = 'inventory_service'
const DEADLINE_MS = 1_000

type Row = {
  name: string
  about: string
  breaks: Omit<Step, 'at'>
  heals: Omit<Step, 'at'>
  seen: Check
  breaker?: 'on'
  /** The measures that are the deadline. */
  deadlineIs?: readonly string[]
}

const faulty = (name: 'error' | 'garbage'): Pick<Row, 'breaks' | 'heals' | 'seen'> => ({
  breaks: fault(INVENTORY, { [name]: {} }),
  heals: heal(INVENTORY),
  seen: faultSeen({ service: INVENTORY, fault: name, atLeast: 5 }),
})

const rows: readonly Row[] = [
  { name: 'answers 500', about: 'every reservation fails', ...faulty('error') },
  { name: 'answers 500, breaker', about: 'the same behind the breaker', ...faulty('error'), breaker: 'on' },
  { name: 'answers garbage', about: 'it reserves, and its answer is no JSON', ...faulty('garbage') },
  {
    name: 'refuses',
    about: 'it is killed and started again',
    breaks: kill(INVENTORY),
    heals: start(INVENTORY),
    seen: stepSeen({ action: 'kill', target: INVENTORY }),
  },
  {
    name: 'hangs',
    about: 'it is stopped in its tracks and thaws later',
    breaks: pause(INVENTORY),
    heals: resume(INVENTORY),
    seen: stepSeen({ action: 'pause', target: INVENTORY }),
    deadlineIs: ['during: answer p50', 'during: answer max'],
  },
  {
    name: 'host gone',
    about: 'what is sent to it is dropped, as when its machine is off, until it is back',
    breaks: isolate(INVENTORY),
    heals: resume(INVENTORY),
    // A process that only hangs takes each connection, and its orders are answered 504.
    seen: answerSeen({ code: 'inventory-unavailable', atLeast: 5 }),
    deadlineIs: ['during: answer max'],
  },
]

export default defineExperiment({
  model: syncRest,
  title: 'Failing inventory',
  question:
    'Inventory errors, answers garbage, refuses, hangs, is unreachable: what does the client see, what becomes of the stock?',
  does: 'Orders go on while inventory is broken in one way and healed again.',
  profiles: {
    full: { ordersPerSecond: 20, warmUpMs: 2_000, brokenMs: 8_000, healedMs: 3_000 },
    quick: { ordersPerSecond: 20, warmUpMs: 1_000, brokenMs: 2_000, healedMs: 2_000 },
    smoke: { ordersPerSecond: 20, warmUpMs: 1_000, brokenMs: 2_500, healedMs: 1_000 },
  },
  variants({ ordersPerSecond, warmUpMs, brokenMs, healedMs }) {
    const orders = (milliseconds: number) => (ordersPerSecond * milliseconds) / 1_000
    return rows.map(
      ({ name, about, breaks, heals, seen, breaker = 'off', deadlineIs }): Variant => ({
        name,
        about,
        load: {
          ordersPerSecond,
          warmUpOrders: orders(warmUpMs),
          orders: orders(brokenMs + healedMs),
          deadlineMs: 10_000,
        },
        environment: { order_service: { BREAKER: breaker, RESERVE_DEADLINE_MS: String(DEADLINE_MS) } },
        ...(deadlineIs && { setByFault: setBy(`the deadline of ${thousands(DEADLINE_MS)} ms`, ...deadlineIs) }),
        timeline: [at(warmUpMs, breaks), at(warmUpMs + brokenMs, heals)],
        quiescenceMs: 30_000,
        checks: [...checksFor({ reasons: MAY_FAIL, answers: { duringFault: MAY_ANSWER } }), seen],
        measures: history => healingMeasures(history, { fromMs: warmUpMs, toMs: warmUpMs + brokenMs }),
      }),
    )
  },
  columns: [
    'during: requested',
    'during: 502',
    'during: 503',
    'during: 504',
    'during: answer p50',
    'during: answer max',
    'during: reserved in the end',
    'during: failed in the end',
    ...RECOVERY,
  ],
  explain([errors, , garbage, refuses, hangs, gone]) {
    return [
      ...sentence`An error or garbage is a 502 (${count(findMeasure(errors, 'during: 502'))} and ${count(findMeasure(garbage, 'during: 502'))} orders) and leaves open whether stock was taken, so each was released; a refused connection is a 503 and proves that nothing was.`,
      ...sentence`A hanging inventory costs the client its whole deadline (${ms(findMeasure(hangs, 'during: answer p50'))} for ${count(findMeasure(hangs, 'during: 504'))} orders), and one whose host is gone no more than that (at most ${ms(findMeasure(gone, 'during: answer max'))}).`,
      ...sentence`The first right answer came ${ms(findMeasure(errors, 'first right answer after'))} (errors), ${ms(findMeasure(refuses, 'first right answer after'))} (killed) and ${ms(findMeasure(hangs, 'first right answer after'))} (hung) after the step that ended the fault; of the killed one ${ms(findMeasure(refuses, 'restart time'))} were its start.`,
    ]
  },
})

// What a user may need of a model, each with the one measure that tells it. A new need is an entry here: the scorecard, the page
// and the report show it.
import { CLIENTS_SERVED } from '#engine/analysis/retries.ts'
import type { Summary } from '#engine/run/summary.ts'
import { middleRate } from './repeated-measures.ts'
import { ONE_MORE_READER } from './scenarios/fan-out.ts'
import { KNOWN_WHEN_LARGE } from './scenarios/payloads.ts'
import { READ_RATE } from './scenarios/new-reader.ts'
import { RETRIED_OVERTAKEN } from './scenarios/retried.ts'
import { OTHERS_KNOWN } from './scenarios/slow-kitchen.ts'

export type Need = {
  need: string
  scenario: string
  measure: string
  /** What the measure says, for a reader who does not know its name. */
  about: string
  wanted: 'most' | 'least'
  /** Of the healthy runs: at which of the measured rates. */
  atRate?: 'middle' | 'highest'
  /** From where on the need is met, so that what is better decides nothing. */
  enough?: { value: number; text: string }
}

/** The limit below which people take an answer for immediate (J. Nielsen, Usability Engineering, 1993, chapter 5.5). */
const AT_ONCE = { value: 100, text: 'below 100 ms, which people take for immediate' }
/** A second of CPU time in each second, at 100 orders a second. */
const ONE_CORE = { value: 10, text: 'less than one core at 100 orders/s' }
/** A million orders in less than two minutes. */
const QUICKLY = { value: 10_000, text: 'at least 10,000 a second' }
const ALL = { value: 100, text: 'all of them' }

const KNOWN = 'until the client can know the outcome'
const REQUESTED_MEANWHILE = 'of the orders requested meanwhile, the share whose outcome could be known'

export const needs: readonly Need[] = [
  {
    need: 'The client waits for the outcome.',
    scenario: 'healthy',
    measure: 'known p50',
    about: `median time ${KNOWN}`,
    wanted: 'least',
    atRate: 'middle',
    enough: AT_ONCE,
  },
  {
    need: 'No more than one client in a hundred waits longer.',
    scenario: 'healthy',
    measure: 'known p99',
    about: `p99 of the time ${KNOWN}`,
    wanted: 'least',
    atRate: 'middle',
    enough: AT_ONCE,
  },
  {
    need: 'A receipt is enough for the client.',
    scenario: 'healthy',
    measure: 'accepted p99',
    about: 'p99 of the time to the answer',
    wanted: 'least',
    atRate: 'middle',
    enough: AT_ONCE,
  },
  {
    need: 'The client must be told the outcome.',
    scenario: 'until-known',
    measure: 'learned p99',
    about: 'p99 of the time until the client was told the outcome',
    wanted: 'least',
    enough: AT_ONCE,
  },
  {
    need: 'There are many orders.',
    scenario: 'healthy',
    measure: 'known p99',
    about: `p99 of the time ${KNOWN}`,
    wanted: 'least',
    atRate: 'highest',
    enough: AT_ONCE,
  },
  {
    need: 'Orders are large (100 kB).',
    scenario: 'payloads',
    measure: KNOWN_WHEN_LARGE,
    about: `median time ${KNOWN}`,
    wanted: 'least',
    enough: AT_ONCE,
  },
  {
    need: 'Orders come in bursts.',
    scenario: 'burst',
    measure: 'during: known in 1 s',
    about: `${REQUESTED_MEANWHILE} within 1 s`,
    wanted: 'most',
    enough: ALL,
  },
  {
    need: 'More is ordered than can be decided.',
    scenario: 'overload',
    measure: 'goodput at 2 times',
    about: 'of what Inventory can decide, the share that was done while twice as much was requested',
    wanted: 'most',
  },
  {
    need: 'Inventory is slow.',
    scenario: 'inventory-slow',
    measure: 'during: known in 5 s',
    about: `${REQUESTED_MEANWHILE} within 5 s`,
    wanted: 'most',
  },
  {
    need: 'Inventory is slow with the orders of one kitchen, and those of others must not wait.',
    scenario: 'slow-kitchen',
    measure: OTHERS_KNOWN,
    about: 'of the orders of other kitchens requested meanwhile, the share whose outcome could be known within 1 s',
    wanted: 'most',
    enough: ALL,
  },
  {
    need: 'Inventory is down, and what is ordered meanwhile must still be decided.',
    scenario: 'inventory-dead',
    measure: 'during: known in the end',
    about: `${REQUESTED_MEANWHILE} in the end`,
    wanted: 'most',
    enough: ALL,
  },
  {
    need: 'Notification is down, and orders go on.',
    scenario: 'notification-dead',
    measure: 'during: known in 1 s',
    about: `${REQUESTED_MEANWHILE} within 1 s`,
    wanted: 'most',
    enough: ALL,
  },
  {
    need: 'The broker is down (REST: the peer), and what is ordered meanwhile must still be decided.',
    scenario: 'broker-dead',
    measure: 'during: known in the end',
    about: `${REQUESTED_MEANWHILE} in the end`,
    wanted: 'most',
    enough: ALL,
  },
  {
    need: 'The broker is full, and what is ordered meanwhile must still be decided.',
    scenario: 'broker-full',
    measure: 'during: known in the end',
    about: `${REQUESTED_MEANWHILE} in the end`,
    wanted: 'most',
    enough: ALL,
  },
  {
    need: 'A message that comes twice has one effect.',
    scenario: 'duplicates',
    measure: 'duplicated',
    about: 'orders reserved or notified twice',
    wanted: 'least',
    enough: { value: 0, text: 'none' },
  },
  {
    need: 'A message that cannot be handled holds up no other.',
    scenario: 'poison',
    measure: 'known in 5 s',
    about: 'of all orders, the share whose outcome could be known within 5 s',
    wanted: 'most',
    enough: ALL,
  },
  {
    need: 'Orders of a kitchen are decided in their order.',
    scenario: 'healthy',
    measure: 'overtaken',
    about: 'orders that a later one of their kitchen overtook',
    wanted: 'least',
    atRate: 'highest',
    enough: { value: 0, text: 'none' },
  },
  {
    need: 'Orders of a kitchen are decided in their order, also where one has to be tried again.',
    scenario: 'retried',
    measure: RETRIED_OVERTAKEN,
    about: 'orders that a later one of their kitchen overtook',
    wanted: 'least',
    enough: { value: 0, text: 'none' },
  },
  {
    need: 'Inventory stands still, and clients that are refused try again.',
    scenario: 'retry-storm',
    measure: CLIENTS_SERVED,
    about: 'of the clients, the share that got what they wanted within their patience',
    wanted: 'most',
    enough: ALL,
  },
  {
    need: 'Another reader joins, and reads all orders from the first one.',
    scenario: 'new-reader',
    measure: READ_RATE,
    about: 'orders a second that a reader reads which begins at the first one',
    wanted: 'most',
    enough: QUICKLY,
  },
  {
    need: 'Many readers want every outcome.',
    scenario: 'fan-out',
    measure: ONE_MORE_READER,
    about: 'CPU time of services and brokers that one more reader costs',
    wanted: 'least',
  },
  {
    need: 'A reader has lost its state, and reads all orders again.',
    scenario: 'read-again',
    measure: 'all read again after',
    about: 'from the start of the reader until it has read all',
    wanted: 'least',
  },
  {
    need: 'Memory is scarce.',
    scenario: 'healthy',
    measure: 'memory',
    about: 'of all processes together',
    wanted: 'least',
    atRate: 'middle',
  },
  {
    need: 'CPU is scarce.',
    scenario: 'healthy',
    measure: 'CPU',
    about: 'CPU time of all processes together',
    wanted: 'least',
    atRate: 'middle',
    enough: ONE_CORE,
  },
  {
    need: 'The disk is slow, or each write costs.',
    scenario: 'healthy',
    measure: 'syncs',
    about: 'syncs of the disk',
    wanted: 'least',
    atRate: 'middle',
  },
  {
    need: 'The team is small: there is little to run.',
    scenario: 'healthy',
    measure: 'processes',
    about: 'services and brokers that ran, each a process of its own',
    wanted: 'least',
    atRate: 'middle',
  },
]

/** The rate that a need is told at; undefined where it is not one of the healthy runs. */
export function rateOf({ atRate }: Need, summary: Summary): number | undefined {
  if (atRate === undefined) return undefined
  return atRate === 'middle' ? middleRate(summary) : Math.max(...(summary.comparison?.rates ?? [0]))
}

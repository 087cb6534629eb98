/**
 * A script by chance: one disruption after the other, each ended before the next one begins.
 *
 * Guarantees: the same seed gives the same script, on any machine. What it does to a model depends on its parts: a model without a broker
 * is left alone while the others lose theirs.
 */
import { seededRandom } from '../load/random.ts'
import type { Script, ScriptAction } from './script-format.ts'

const ORDERS_PER_SECOND = 50
const DISRUPTIONS = 6
const FIRST_MS = 3_000
/** Between the beginnings of two; the longest one ends a good while before the next. */
const APART_MS = 5_000
const LONGEST_MS = 3_000

/** What begins and what ends it; one without an end is over at once. */
const CHOICES: readonly { begin: ScriptAction; end?: ScriptAction }[] = [
  { begin: { action: 'kill', target: 'inventory' }, end: { action: 'start', target: 'inventory' } },
  { begin: { action: 'kill', target: 'notification' }, end: { action: 'start', target: 'notification' } },
  { begin: { action: 'kill', target: 'order' }, end: { action: 'start', target: 'order' } },
  { begin: { action: 'kill', target: 'broker' }, end: { action: 'start', target: 'broker' } },
  { begin: { action: 'pause', target: 'inventory' }, end: { action: 'resume', target: 'inventory' } },
  { begin: { action: 'pause', target: 'broker' }, end: { action: 'resume', target: 'broker' } },
  { begin: { action: 'alarm', target: 'broker' }, end: { action: 'resume', target: 'broker' } },
  {
    begin: { action: 'fault', target: 'inventory', settings: { delay: { delayMs: 300 } } },
    end: { action: 'heal', target: 'inventory' },
  },
  {
    begin: { action: 'fault', target: 'notification', settings: { error: { times: 1 } } },
    end: { action: 'heal', target: 'notification' },
  },
  ...(['order', 'inventory'] as const).map(target => ({
    begin: { action: 'fault' as const, target, settings: { cutLink: {} } },
    end: { action: 'heal' as const, target },
  })),
  { begin: { action: 'start-duplicator' }, end: { action: 'stop-duplicator' } },
  { begin: { action: 'burst', orders: 200 } },
  { begin: { action: 'poison' } },
]

export function randomScript(seed: number): Script {
  const random = seededRandom(seed)
  const steps: Script['steps'] = [{ atMs: 0, action: 'rate', ordersPerSecond: ORDERS_PER_SECOND }]
  for (let nth = 0; nth < DISRUPTIONS; nth++) {
    const { begin, end } = random.pick(CHOICES)
    const atMs = FIRST_MS + nth * APART_MS
    steps.push({ atMs, ...begin })
    if (end) steps.push({ atMs: atMs + random.between(500, LONGEST_MS), ...end })
  }
  return { format: 1, seed, seconds: (FIRST_MS + DISRUPTIONS * APART_MS) / 1_000, configurations: {}, steps }
}

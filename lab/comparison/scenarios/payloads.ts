// Nothing is broken: what an order costs by its size, most of which is a note that every hop carries.
import { CONDITIONS, findMeasure, ms, sentence, standardMeasures } from '#engine/analysis/measures.ts'
import type { History } from '#engine/run/history.ts'
import type { Measure } from '#engine/run/summary.ts'
import { defineScenario } from '../scenario.ts'

const LARGEST_KB = 100
const SIZES_KB = [LARGEST_KB, 10, 1]

export const KNOWN_WHEN_LARGE = `known p50 at ${LARGEST_KB} kB`

export const payloads = defineScenario({
  name: 'payloads',
  title: 'Orders of 1, 10 and 100 kB',
  titleAt: ({ largestKb }) => `Orders of ${listOf(sizesTo(largestKb).map(String).toReversed())} kB`,
  asks: 'What does a larger order cost: until its client can know the outcome, in CPU, and in bytes written?',
  caveat:
    'The size is that of a note, which goes wherever the lines of the order go: into each request, message, record and store. The rest of an order is some hundred bytes. Its text is random, and no compressor makes less than three quarters of it. CPU and written bytes are those of all processes of a model, as where nothing is broken. The order service of each model keeps the whole order in a row, which is written again when the status changes.',
  isUndisturbed: true,
  isOptional: true,
  ways: ({ largestKb }) => sizesTo(largestKb).map(kb => ({ name: `${kb} kB`, load: { noteChars: 1_000 * kb } })),
  profiles: {
    // A p99 needs a thousand orders; of 100 kB, more a second than these may be too many for a machine of two cores.
    full: { ordersPerSecond: 25, warmUpMs: 4_000, measuredMs: 40_000, largestKb: LARGEST_KB },
    quick: { ordersPerSecond: 25, warmUpMs: 2_000, measuredMs: 4_000, largestKb: 10 },
  },
  columns: [
    'accepted p50',
    'accepted p99',
    'known p50',
    'known p99',
    'CPU of services',
    'CPU of brokers',
    'written',
    'written by services',
    'written by brokers',
    ...CONDITIONS,
  ],
  load: ({ ordersPerSecond, warmUpMs, measuredMs }) => ({
    warmUpOrders: Math.round((ordersPerSecond * warmUpMs) / 1_000),
    orders: Math.round((ordersPerSecond * measuredMs) / 1_000),
  }),
  disrupt: () => ({ seen: [], measures: ofLargest }),
  explain: (results, model) =>
    results.flatMap(result => {
      const of = (name: string) => findMeasure(result, name)
      return sentence`${model}, ${result.variant.name}: half of the clients could know the outcome within ${ms(of('known p50'))}, and had their answer within ${ms(of('accepted p50'))}.`
    }),
})

/** The largest first: it stands for the model. */
const sizesTo = (largestKb: number): number[] => SIZES_KB.filter(kb => kb <= largestKb)

const listOf = (texts: readonly string[]): string => new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(texts)

/** A name of its own, by which no smaller orders are taken for the best of the model. */
function ofLargest(history: History): Omit<Measure, 'variant'>[] {
  if (history.planned[0]?.noteChars !== 1_000 * LARGEST_KB) return []
  return standardMeasures(history)
    .filter(({ name }) => name === 'known p50')
    .map(measure => ({ ...measure, name: KNOWN_WHEN_LARGE }))
}

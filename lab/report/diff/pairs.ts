// Results of two runs that answer the same question, side by side. Those of one cell of a comparison (the same model, scenario
// and rate) are repetitions of one measurement.
import type { Result } from '#engine/run/summary.ts'

/** Neither side is empty; several results of a side are its repetitions. */
export type Pair = { name: string; one: readonly Result[]; other: readonly Result[] }
export type Pairs = { both: Pair[]; onlyOne: string[]; onlyOther: string[] }

export function pairUp(oneResults: readonly Result[], otherResults: readonly Result[]): Pairs {
  const ones = Map.groupBy(oneResults, nameOf)
  const others = Map.groupBy(otherResults, nameOf)
  return {
    both: [...ones].flatMap(([name, one]) => {
      const other = others.get(name)
      return other ? [{ name, one, other }] : []
    }),
    onlyOne: [...ones.keys()].filter(name => !others.has(name)),
    onlyOther: [...others.keys()].filter(name => !ones.has(name)),
  }
}

const nameOf = ({ model, experiment, cell }: Result): string =>
  `${model}/${cell ? `${cell.scenario} at ${cell.ordersPerSecond} orders/s` : experiment}`

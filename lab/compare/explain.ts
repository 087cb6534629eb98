// What a cell of the comparison says in sentences, from its measures.
import type { ComparedModel } from '#common/experiment/compared.ts'
import type { VariantResult } from '#common/experiment/define.ts'
import { count, findMeasure, ms } from '#common/experiment/words.ts'
import type { Fault } from './fault.ts'
import { HEALTHY } from './faults.ts'

export function explain(fault: Fault, model: ComparedModel, results: readonly VariantResult[]): string[] {
  const [first] = results
  const of = (name: string) => findMeasure(first, name)
  if (fault.name === HEALTHY) {
    return [
      `${model.name}: half of the clients had their answer within ${ms(of('accepted p50'))}, and half of the orders were reserved and confirmed within ${ms(of('completed p50'))}.`,
    ]
  }
  return [
    `${model.name}: while it lasted ${count(of('during: availability'))} % of the orders had their right answer within a second; of all orders ${count(of('completed ÷ asked'))} % were completed, and the one that waited longest took ${ms(of('oldest waited'))}.`,
    `At most ${count(of('deepest open'))} orders waited; after the heal the last of those asked before was completed ${ms(of('heal to last completed'))} later.`,
  ]
}

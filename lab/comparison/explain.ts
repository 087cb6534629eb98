// What a cell of the comparison says in sentences, from its measures.
import { REREAD } from '#engine/analysis/reread-measures.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { VariantResult } from '#engine/experiment/define.ts'
import { count, findMeasure, ms } from '#engine/analysis/format.ts'
import type { Scenario } from './scenario.ts'
import { HEALTHY } from './scenarios.ts'

export function explain(scenario: Scenario, model: ComparableModel, results: readonly VariantResult[]): string[] {
  const [first] = results
  const of = (name: string) => findMeasure(first, name)
  if (scenario.name === HEALTHY) {
    return [
      `${model.name}: half of the clients had their answer within ${ms(of('accepted p50'))}, and half of the orders had their outcome, and if reserved their confirmation, within ${ms(of('completed p50'))}.`,
    ]
  }
  const again = of('all read again after')
  if (again.value !== null) {
    const total = of(REREAD.total)
    const [session, start, reading] = [of(REREAD.session), of(REREAD.start), of(REREAD.reading)].map(ms)
    const when =
      total.value === null
        ? `${ms(again)} after its new process was started`
        : `${ms(total)} after it was killed: ${session} until the session of the dead member had expired, ${start} until its new process was healthy, ${reading} until all was read`
    return [
      `${model.name}: a reader that had lost everything had read all orders again, with the same result, ${when}.`,
    ]
  }
  const last = of('time to full recovery')
  const after =
    last.value === null
      ? `of those that were asked while it lasted none tells when it had recovered (${last.note ?? 'none was asked'})`
      : `the last of those that were asked while it lasted was completed ${ms(last)} after its end`
  return [
    `${model.name}: while it lasted ${count(of('during: availability'))} % of the orders had their right answer within a second; of all orders ${count(of('completed ÷ requested'))} % were completed, and the one that waited longest took ${ms(of('longest wait'))}.`,
    `At most ${count(of('peak open orders'))} orders waited; ${after}.`,
  ]
}

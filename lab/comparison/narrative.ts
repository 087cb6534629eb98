// What a comparison measured, in sentences: under the picture of each scenario, and under its tables on the terminal.
import { REREAD } from '#engine/analysis/reread-measures.ts'
import type { Result } from '#engine/run/summary.ts'
import { ms, count, findMeasure } from '#engine/analysis/format.ts'
import {
  medianOf,
  type RepeatedMeasure,
  repeatedMeasureOf,
  formatted,
  byRate,
  type ConfigurationResults,
  configurationsOf,
} from './repeated-measures.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { VariantResult } from '#engine/experiment/define.ts'
import type { Scenario } from './scenario.ts'
import { HEALTHY } from './scenarios.ts'

/** Of what ran at several rates: half of the orders at each. */
export const halves = (models: readonly string[], results: readonly Result[]): string[] =>
  byRate(results)
    .map(([ordersPerSecond, own]) => halfOf(ordersPerSecond, configurationsOf(own, models)))
    .filter(text => text !== '')

function halfOf(ordersPerSecond: number, subjects: readonly ConfigurationResults[]): string {
  const told = subjects.flatMap(subject => {
    const [answered, done] = ['accepted p50', 'completed p50'].map(name => repeatedMeasureOf(subject, name))
    if (!subject.isFirst || !answered?.values.length || !done?.values.length) return []
    return [`${subject.model} ${ms(medianOf(answered))} and ${ms(medianOf(done))}`]
  })
  if (told.length === 0) return ''
  return `At ${ordersPerSecond} orders a second half of the clients had their answer, and half of the orders were completed, within: ${told.join('; ')}.`
}

/** Two sentences at most; one is left out where nothing was measured for it. */
export function narrativeOf(subjects: readonly ConfigurationResults[]): string[] {
  return [accepted(subjects), completed(subjects)].filter(sentence => sentence !== '')
}

function accepted(subjects: readonly ConfigurationResults[]): string {
  const parts = subjects.flatMap(subject => {
    const during = known(subject, 'during: availability')
    const share = during ?? known(subject, 'availability')
    return share ? [`${formatted(share)} in ${named(subject, subjects)}${during ? '' : ' (of all orders)'}`] : []
  })
  return parts.length === 0
    ? ''
    : `Answered rightly within a second, of the orders asked while it lasted: ${list(parts)}.`
}

function completed(subjects: readonly ConfigurationResults[]): string {
  const parts = subjects.flatMap(subject => {
    const share = known(subject, 'completed ÷ requested')
    if (!share) return []
    const waiting = known(subject, 'peak open orders') ?? known(subject, 'peak backlog')
    const deepest = waiting ? `, with at most ${formatted(waiting)} that waited` : ''
    return [`${formatted(share)} in ${named(subject, subjects)}${deepest}${gone(subject)}`]
  })
  return parts.length === 0 ? '' : `Completed in the end: ${parts.join('; ')}.`
}

/** When the last of the orders that were asked while the fault lasted was through. */
function gone(subject: ConfigurationResults): string {
  const last = repeatedMeasureOf(subject, 'time to full recovery')
  if (!last) return ''
  const { value } = medianOf(last)
  if (value === null) return last.note === undefined ? '' : ` (${last.note})`
  if (value < AT_ONCE_MS) return ' (all of those asked while it lasted by the heal)'
  return ` (the last of those asked while it lasted ${ms(medianOf(last))} after the heal)`
}

const AT_ONCE_MS = 1

/** A model where it has one variant here, else the variant too. */
const named = ({ model, variant }: ConfigurationResults, all: readonly ConfigurationResults[]): string =>
  all.filter(each => each.model === model).length > 1 ? `${model}, ${variant}` : model

function known(subject: ConfigurationResults, name: string): RepeatedMeasure | undefined {
  const reading = repeatedMeasureOf(subject, name)
  return reading && reading.values.length > 0 ? reading : undefined
}

const list = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`

/** The sentences of one cell, from its measures. */
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

/** Where an accepted order was at the moment of the answer: a line for each configuration of a scenario's results. */
export function durabilityLines(results: readonly Result[]): string[] {
  const lines = results.flatMap(({ model, durability, variants }) =>
    variants.map(variant => `${model}, ${variant.name}: an accepted order was ${variant.durability ?? durability}.`),
  )
  return [...new Set(lines)]
}

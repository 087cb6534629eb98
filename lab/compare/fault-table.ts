// The tables of one fault, one a rate: a row for each model and composition; of repetitions the median with its range.
import { repeated } from '#common/experiment/latency/compare.ts'
import type { Measure, Result } from '#common/experiment/summary.ts'
import { worst } from '#common/experiment/verdict.ts'
import { cell, isShown, NOTHING } from '../render/numbers.ts'
import { SIGNS } from '../render/report.ts'

export type FaultTable = { heads: string[]; rows: string[][]; notes: string[] }

/** A table a rate, each with what it is called; of a single rate it has no name. @param results of one fault */
export function faultTables(results: readonly Result[]): { name: string; table: FaultTable }[] {
  const byRate = [...Map.groupBy(results, ({ cell }) => cell?.ordersPerSecond ?? 0)]
  return byRate
    .sort(([one], [other]) => one - other)
    .map(([rate, own]) => ({ name: byRate.length > 1 ? `At ${rate} orders a second` : '', table: faultTable(own) }))
}

/** @param results of one fault and rate */
function faultTable(results: readonly Result[]): FaultTable {
  const columns = [...new Set(results.flatMap(result => result.columns))].filter(name =>
    results.some(({ measures }) => measures.some(measure => measure.name === name)),
  )
  const notes: string[] = []
  const note = (why: string): string => {
    if (!notes.includes(why)) notes.push(why)
    return `${NOTHING} (${notes.indexOf(why) + 1})`
  }
  const rows = rowsOf(results).map(({ model, variant, own }) => [
    `${model}\n${variant}`,
    verdictOf(own, variant),
    ...columns.map(name => cellOf(measuresOf(own, variant, name), note)),
  ])
  const unitOf = (name: string) =>
    results.flatMap(({ measures }) => measures).find(measure => measure.name === name)?.unit ?? ''
  const heads = ['', 'verdict', ...columns.map(name => headOf(name, unitOf(name)))]
  return { heads, rows, notes: notes.map((why, index) => `(${index + 1}) ${why}`) }
}

type Row = { model: string; variant: string; own: Result[] }

const rowsOf = (results: readonly Result[]): Row[] =>
  [...Map.groupBy(results, ({ model }) => model)]
    .sort(([one], [other]) => order(results, one) - order(results, other))
    .flatMap(([model, own]) => (own[0]?.variants ?? []).map(({ name }) => ({ model, variant: name, own })))

/** Models as they came in the first round. */
const order = (results: readonly Result[], model: string): number =>
  results.findIndex(result => result.model === model && result.cell?.repeat === 1)

const headOf = (name: string, unit: string): string =>
  isShown(unit) && !name.split(' ').includes(unit) ? `${name} [${unit}]` : name

const measuresOf = (results: readonly Result[], variant: string, name: string): Measure[] =>
  results.flatMap(({ measures }) => measures.filter(each => each.variant === variant && each.name === name))

function verdictOf(results: readonly Result[], variant: string): string {
  const checks = results.flatMap(result => result.checks.filter(check => check.variant === variant))
  const verdict = worst(checks.map(check => check.verdict))
  const leftOut = results[0]?.variants.find(({ name }) => name === variant)?.leftOut
  return `${SIGNS[verdict]} ${verdict}${leftOut ? `\n(${leftOut} left out)` : ''}`
}

/** `1.9`, of several `1.9 (1.8–2.2)`, or why there is none. */
export function cellOf(measures: readonly Measure[], note: (why: string) => string): string {
  const [first] = measures
  if (!first) return NOTHING
  const lacking = measures.find(({ value }) => value === null)
  if (lacking) return lacking.note ? note(lacking.note) : NOTHING
  if (measures.length === 1) return cell(first)
  const { median, low, high } = repeated(measures.map(({ value }) => value ?? 0))
  const text = (value: number) => cell({ ...first, value, atLeast: false })
  const least = measures.some(({ atLeast }) => atLeast) ? '≥ ' : ''
  return low === high ? `${least}${text(median)}` : `${least}${text(median)} (${text(low)}–${text(high)})`
}

// What a comparison measured, as sentences: those of a cell, of a scenario under its picture and tables, and of the healthy
// runs. Guarantees that a sentence is left out where nothing was measured for it, and that what the fault sets bears its mark.
import { count, findMeasure, isVoidNote, ms, NO_TIME_MS, sentence } from '#engine/analysis/measures.ts'
import { REFUSALS_OUTLAST, REQUESTS_PER_CLIENT } from '#engine/analysis/retries.ts'
import type { Result } from '#engine/run/summary.ts'
import {
  byRate,
  type ConfigurationResults,
  configurationsOf,
  formatted,
  medianOf,
  outageOf,
  type RepeatedMeasure,
  repeatedMeasureOf,
} from './repeated-measures.ts'
import type { Evaluated, Scenario } from './scenario.ts'
import { MEANING_OF_SET_BY_FAULT, SET_BY_FAULT } from '../report/terminal/table.ts'
import { GOODPUTS, STEPS } from './scenarios/overload.ts'

/** Of the healthy runs: the median latencies at each rate. */
export const medianLatencies = (models: readonly string[], results: readonly Result[]): string[] =>
  byRate(results)
    .map(([ordersPerSecond, own]) => mediansAt(ordersPerSecond, configurationsOf(own, models)))
    .filter(text => text !== '')

function mediansAt(ordersPerSecond: number, configurations: readonly ConfigurationResults[]): string {
  const parts = configurations.flatMap(configuration => {
    const [known, accepted] = ['known p50', 'accepted p50'].map(name => repeatedMeasureOf(configuration, name))
    if (!configuration.isMain || !known?.values.length || !accepted?.values.length) return []
    return sentence`${configuration.model} ${ms(medianOf(known))} and ${ms(medianOf(accepted))}`
  })
  if (parts.length === 0) return ''
  return `At ${ordersPerSecond} orders a second, the median time until the outcome can be known and the median time to the answer: ${parts.join('; ')}.`
}

/** Of a scenario with a disruption: a few sentences, and what a mark in them means. */
export function narrativeOf(configurations: readonly ConfigurationResults[]): string[] {
  const all = [known, completed, outages, goodputs, retries]
  const texts = all.map(sentence => sentence(configurations)).filter(text => text !== '')
  return texts.some(text => text.includes(SET_BY_FAULT)) ? [...texts, MEANING_OF_SET_BY_FAULT] : texts
}

const markOf = ({ setByFault }: RepeatedMeasure): string => (setByFault === undefined ? '' : SET_BY_FAULT)

const marked = (measure: RepeatedMeasure): string => `${formatted(measure)}${markOf(measure)}`

/** What clients could know of the outcome; that an order was accepted stands beside it. */
function known(configurations: readonly ConfigurationResults[]): string {
  const parts = configurations.flatMap(configuration => {
    const [soon, all] = ['during: known in 5 s', 'during: known in the end'].map(name => measured(configuration, name))
    const answered = measured(configuration, 'during: availability')
    const receipts = answered ? ` (right answer within one second: ${marked(answered)})` : ''
    return soon && all
      ? [`${marked(soon)} and ${marked(all)} in ${nameIn(configurations, configuration)}${receipts}`]
      : []
  })
  return parts.length === 0
    ? ''
    : `Outcome that the client could know within 5 s and in the end, of the orders requested during the disruption: ${parts.join('; ')}.`
}

function completed(configurations: readonly ConfigurationResults[]): string {
  const parts = configurations.flatMap(configuration => {
    const share = measured(configuration, 'completed ÷ requested')
    // A client that tries again may have several orders, of which it wanted one.
    if (!share || measured(configuration, REQUESTS_PER_CLIENT)) return []
    const waiting = measured(configuration, 'peak open orders')
    const peak = waiting ? `, with at most ${marked(waiting)} orders waiting` : ''
    return [`${marked(share)} in ${nameIn(configurations, configuration)}${peak}${recovery(configuration)}`]
  })
  return parts.length === 0 ? '' : `Completed in the end: ${parts.join('; ')}.`
}

/** How long after the step that ends the disruption all was well again: each order of it completed, and no answer wrong any more. */
function recovery(configuration: ConfigurationResults): string {
  const last = repeatedMeasureOf(configuration, 'time to full recovery')
  if (!last) return ''
  const { value } = medianOf(last)
  if (value === null) return last.note === undefined || isVoidNote(last.note) ? '' : ` (${last.note})`
  if (value < NO_TIME_MS) return ' (all was well by the end of the disruption)'
  const restart = measured(configuration, 'restart time')
  const start = restart ? `, its start of ${ms(medianOf(restart))} included` : ''
  return sentence` (all was well again ${ms(medianOf(last))}${markOf(last)} after the step that ended the disruption${start})`.join(
    '',
  )
}

/** The same kill is not the same outage: it ends when the process is healthy again, and restarts take different times. */
function outages(configurations: readonly ConfigurationResults[]): string {
  const parts = configurations.flatMap(configuration => {
    const outage = outageOf(configuration)
    return outage ? sentence`${ms(medianOf(outage))} in ${nameIn(configurations, configuration)}` : []
  })
  return parts.length === 0 ? '' : `Measured outage, from the kill until healthy again: ${listOf(parts)}.`
}

/** While more is requested than can be done. */
function goodputs(configurations: readonly ConfigurationResults[]): string {
  const parts = configurations.flatMap(configuration => {
    const found = GOODPUTS.flatMap(name => measured(configuration, name) ?? [])
    if (found.length < GOODPUTS.length) return []
    const told = measured(configuration, 'turned away p50')
    const soon = told
      ? sentence` (half of those who were turned away knew it within ${ms(medianOf(told))})`.join('')
      : ''
    return [`${listOf(found.map(formatted))} in ${nameIn(configurations, configuration)}${soon}`]
  })
  return parts.length === 0
    ? ''
    : `Goodput at ${listOf(STEPS.map(String))} times of what Inventory can decide: ${parts.join('; ')}.`
}

/** What clients that try again request. */
function retries(configurations: readonly ConfigurationResults[]): string {
  const parts = configurations.flatMap(configuration => {
    const [requests, outlast] = [REQUESTS_PER_CLIENT, REFUSALS_OUTLAST].map(name => measured(configuration, name))
    if (!requests || !outlast) return []
    const until =
      (medianOf(outlast).value ?? 0) < NO_TIME_MS
        ? ''
        : sentence` (some were refused until ${ms(medianOf(outlast))} after the disruption)`.join('')
    return [`${formatted(requests)} in ${nameIn(configurations, configuration)}${until}`]
  })
  return parts.length === 0 ? '' : `Requests that a client sent until it was served or gave up: ${parts.join('; ')}.`
}

/** The model where it has one variant here, else with the variant. */
const nameIn = (all: readonly ConfigurationResults[], { model, variant }: ConfigurationResults): string =>
  all.filter(each => each.model === model).length > 1 ? `${model}, ${variant}` : model

function measured(configuration: ConfigurationResults, name: string): RepeatedMeasure | undefined {
  const measure = repeatedMeasureOf(configuration, name)
  return measure && measure.values.length > 0 ? measure : undefined
}

const conjunction = new Intl.ListFormat('en-GB', { type: 'conjunction' })
const listOf = (texts: readonly string[]): string => conjunction.format(texts)

/** The sentences of one cell, from its measures: the scenario's own, or those of a disruption. */
export function explain({ explain: own }: Scenario, model: string, results: readonly Evaluated[]): string[] {
  if (own) return own(results, model)
  const [first] = results
  const of = (name: string) => findMeasure(first, name)
  return [
    ...sentence`${model}: of the orders requested during the disruption ${count(of('during: known in 5 s'))} % had an outcome that the client could know within 5 s, and ${count(of('during: known in the end'))} % in the end.`,
    ...sentence`Of them ${count(of('during: availability'))} % had their right answer within one second.`,
    ...sentence`Of all orders ${count(of('completed ÷ requested'))} % were completed.`,
    ...sentence`The longest wait was ${ms(of('longest wait'))}.`,
    ...sentence`At most ${count(of('peak open orders'))} orders waited.`,
    ...recoveryText(of('time to full recovery'), of('restart time')),
  ]
}

/** Without a value its reason says what became of the orders, unless it is void. */
function recoveryText(last: Found, restart: Found): string[] {
  const start = ms(restart)
  if (last.value !== null)
    return sentence`All was well again ${ms(last)} after the step that ended the disruption${start === undefined ? '' : `, its start of ${start} included`}.`
  return last.note === undefined || isVoidNote(last.note)
    ? []
    : [`The time to full recovery is unknown (${last.note}).`]
}

type Found = ReturnType<typeof findMeasure>

/** Where an accepted order was at the moment of the answer: a line for each configuration of a scenario's results. */
export function durabilityLines(results: readonly Result[]): string[] {
  const lines = results.flatMap(({ model, durability, variants }) =>
    variants.map(variant => `${model}, ${variant.name}: an accepted order was ${variant.durability ?? durability}.`),
  )
  return [...new Set(lines)]
}

// What a comparison measured, as sentences: those of a cell, of a scenario under its picture and tables, and of the healthy
// runs. Guarantees that a sentence is left out where nothing was measured for it, and that what the fault sets bears its mark.
import { count, findMeasure, isVoidNote, ms, sentence } from '#engine/analysis/measures.ts'
import { REREAD } from '#engine/analysis/recovery.ts'
import { REFUSALS_OUTLAST, REQUESTS_PER_CLIENT } from '#engine/analysis/retries.ts'
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
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
import { HEALTHY } from './scenarios.ts'
import { MEANING_OF_SET_BY_FAULT, SET_BY_FAULT } from '../report/terminal/table.ts'
import { ONE_MORE_READER, READ_BY_ALL, READERS } from './scenarios/fan-out.ts'
import { READ_RATE } from './scenarios/new-reader.ts'
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

const NO_TIME_MS = 1

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

/** The sentences of one cell, from its measures. */
export function explain(scenario: Scenario, model: ComparableModel, results: readonly Evaluated[]): string[] {
  const [first] = results
  if (scenario.follows)
    return results.flatMap(result => {
      const of = (name: string) => findMeasure(result, name)
      return sentence`${model.name}, ${result.variant.name}: half of the clients were told the outcome within ${ms(of('learned p50'))}, with ${count(of('requests per order'))} requests an order.`
    })
  const of = (name: string) => findMeasure(first, name)
  if (of(REQUESTS_PER_CLIENT).value !== null)
    return results.flatMap(result => {
      const requests = count(findMeasure(result, REQUESTS_PER_CLIENT))
      const outlast = findMeasure(result, REFUSALS_OUTLAST)
      const until =
        (outlast.value ?? 0) < NO_TIME_MS ? '' : `, and some were refused until ${ms(outlast)} after the disruption`
      return sentence`${model.name}, ${result.variant.name}: requests for each client: ${requests}${until}.`
    })
  if (scenario.acrossVariants) return readersText(scenario, results).map(text => `${model.name}: ${text}.`)
  if (scenario.ways)
    return results.flatMap(result => {
      const of = (name: string) => findMeasure(result, name)
      return sentence`${model.name}, ${result.variant.name}: half of the clients could know the outcome within ${ms(of('known p50'))}, and had their answer within ${ms(of('accepted p50'))}.`
    })
  if (scenario.name === HEALTHY)
    return [
      ...sentence`${model.name}: half of the clients could know the outcome within ${ms(of('known p50'))}, and had their answer within ${ms(of('accepted p50'))}.`,
      ...sentence`${model.name}: half of the orders had their outcome, and if reserved their notification, within ${ms(of('completed p50'))}.`,
    ]
  const joined = of(READ_RATE)
  if (joined.value !== null)
    return sentence`${model.name}: a reader that joined later had read ${count(of('orders read'))} orders from the first one after ${ms(of('all read after'))}, ${count(joined)} orders a second.`
  const again = of('all read again after')
  if (again.value !== null) return readAgainText(again, of).map(text => `${model.name}: ${text}.`)
  return [
    ...sentence`${model.name}: of the orders requested during the disruption ${count(of('during: known in 5 s'))} % had an outcome that the client could know within 5 s, and ${count(of('during: known in the end'))} % in the end.`,
    ...sentence`Of them ${count(of('during: availability'))} % had their right answer within one second.`,
    ...sentence`Of all orders ${count(of('completed ÷ requested'))} % were completed.`,
    ...sentence`The longest wait was ${ms(of('longest wait'))}.`,
    ...sentence`At most ${count(of('peak open orders'))} orders waited.`,
    ...recoveryText(of('time to full recovery'), of('restart time')),
  ]
}

/** What one more of them cost, and how soon the last of the most had an outcome. */
function readersText({ acrossVariants }: Scenario, results: readonly Evaluated[]): string[] {
  const cost = acrossVariants?.(results).find(({ name }) => name === ONE_MORE_READER)
  const last = (name: string) => findMeasure(results.at(-1), name)
  return [
    ...sentence`one more reader cost ${cost && count(cost)} ms of CPU time for 1,000 orders`,
    ...sentence`with ${count(last(READERS))} further readers half of the outcomes were with all of them within ${ms(last(READ_BY_ALL))} of the decision`,
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

/** Results of older runs lack the parts. */
function readAgainText(again: Found, of: (name: string) => Found): string[] {
  const total = of(REREAD.total)
  const [session, start, reading] = [of(REREAD.session), of(REREAD.start), of(REREAD.reading)].map(ms)
  const [when] =
    total.value === null
      ? sentence`${ms(again)} after the start of its new process; offsets can be reset only in a group without members, and the dead member's session had to expire first`
      : sentence`${ms(total)} after it was killed: ${session} until the session of the dead member had expired, ${start} until its new process was healthy, ${reading} until all was read`
  return sentence`a reader that had lost its state had read all orders again, with the same result, ${when}`
}

/** Where an accepted order was at the moment of the answer: a line for each configuration of a scenario's results. */
export function durabilityLines(results: readonly Result[]): string[] {
  const lines = results.flatMap(({ model, durability, variants }) =>
    variants.map(variant => `${model}, ${variant.name}: an accepted order was ${variant.durability ?? durability}.`),
  )
  return [...new Set(lines)]
}

// The findings that the README shows, with numbers from the committed comparison. Guarantees that the README never
// contradicts its sources: a finding of which nothing was measured, or what the fault sets, is left out, and its lesson gives way to the title of
// the scenario when the numbers do not bear it out. A lesson that compares models needs a difference that
// `lab/comparison/differences.ts` claims, in every repetition.
import { ms, sentence } from '#engine/analysis/measures.ts'
import type { Result, Summary } from '#engine/run/summary.ts'
import { isLess, rankedBy } from '../comparison/differences.ts'
import { ENOUGH_PERCENT } from '../comparison/recommendations.ts'
import {
  formatted,
  isSound,
  mainMeasuresOf,
  medianOf,
  middleRate,
  modelOf,
  outageOf,
  type RepeatedMeasure,
  repeatedMeasuresOf,
} from '../comparison/repeated-measures.ts'
import { isWithOutbox } from '../comparison/outbox.ts'
import { READ_RATE } from '../comparison/scenarios/new-reader.ts'
import { scenarioAnchor } from '../report/html/parts.ts'
import { models } from '../session/registry.ts'

type Finding = {
  scenario: string
  /** What a reader remembers. */
  lesson: string
  /** Sentences without their full stops. None when nothing was measured. */
  facts: string[]
  /** Whether the numbers bear the lesson out. */
  holds: boolean
}

/** Those that the numbers bear out. */
export const lessons = (summary: Summary): string[] =>
  FINDINGS.flatMap(find => {
    const { lesson, facts, holds } = find(summary)
    return holds && facts.length > 0 ? [`${lesson}.`] : []
  })

/** A list in Markdown, then what the checks found. @param page of the comparison, from where the list is read */
export function findings(summary: Summary, page: string): string {
  const items = FINDINGS.flatMap(find => {
    const { scenario, lesson, facts, holds } = find(summary)
    const title = summary.comparison?.about.find(({ name }) => name === scenario)?.title ?? scenario
    if (facts.length === 0) return []
    return [`- **${holds ? lesson : title}.** ${facts.join('. ')} ([measured](${page}#${scenarioAnchor(scenario)})).`]
  })
  return [...items, '', checked(summary)].join('\n')
}

const FINDINGS: readonly ((summary: Summary) => Finding)[] = [
  inventoryDead,
  brokerDead,
  duplicates,
  fromTheFirst,
  healthy,
]

function inventoryDead(summary: Summary): Finding {
  const scenario = 'inventory-dead'
  const known = mainMeasuresOf(summary, scenario, 'during: known in the end')
  const soon = mainMeasuresOf(summary, scenario, 'during: known in 5 s')
  const recovered = mainMeasuresOf(summary, scenario, 'time to full recovery')
  const chains = repeatedMeasuresOf(summary, scenario, 'during: known in the end').filter(
    each => answersWithOutcome(summary, each) && isWithOutbox(each),
  )
  const later =
    chains.length > 0 && chains.every(isMostly) ? 'a queue, a log and a chain with an outbox' : 'a queue and a log'
  return {
    scenario,
    lesson: `An order that comes while Inventory is dead is refused by a chain of calls; ${later} decide it later`,
    facts: [
      ...listed('Outcomes that clients could know in the end', known),
      ...listed('With an outbox', chains),
      // Where orders wait, the length of the fault sets how many are known so soon; the others alone would be no comparison.
      ...(isWhole(summary, scenario, soon) ? listed('Within 5 s of the request', soon) : []),
      ...listed('From the command to start it again until all was well, its start included', recovered),
    ],
    holds:
      isWhole(summary, scenario, known) &&
      known.every(each => (answersWithOutcome(summary, each) ? isHardlyAny(each) : isAlways(each, 100))),
  }
}

function brokerDead(summary: Summary): Finding {
  const scenario = 'broker-dead'
  const known = repeatedMeasuresOf(summary, scenario, 'during: known in the end')
  const [outbox, without] = [known.filter(isWithOutbox), known.filter(each => !isWithOutbox(each))]
  return {
    scenario,
    lesson:
      'An order that comes while the broker is dead, or in REST the service that is called, is decided only where there is an outbox',
    facts: listed(
      'Outcomes that clients could know in the end',
      known,
      ({ configuration }) => `${configuration.model} ${configuration.variant}`,
    ),
    holds: outbox.length > 0 && without.length > 0 && outbox.every(isMostly) && without.every(isHardlyAny),
  }
}

function duplicates(summary: Summary): Finding {
  const scenario = 'duplicates'
  const requested = mainMeasuresOf(summary, scenario, 'requested')
  const found = mainMeasuresOf(summary, scenario, 'duplicated')
  const amount = (measure: RepeatedMeasure): string => {
    const all = requested.find(each => modelOf(each) === modelOf(measure))
    return all ? `${formatted(measure)} of ${formatted(all)}` : formatted(measure)
  }
  return {
    scenario,
    lesson: 'Everything may arrive twice, and still no order counts twice',
    facts: listed('Orders that were reserved or notified twice', found, modelOf, amount),
    holds: isWhole(summary, scenario, found) && found.every(each => isAlways(each, 0)),
  }
}

/** Where a reader joined each model, that a queue forgets is not the whole of it. */
function fromTheFirst(summary: Summary): Finding {
  const scenario = 'new-reader'
  const rates = mainMeasuresOf(summary, scenario, READ_RATE)
  if (rates.length === 0) return readAgain(summary)
  return {
    scenario,
    lesson:
      'Whoever joins later can have every order from the first one: from a log, from a stream beside the queues, and from the pages of a service',
    facts: listed('Orders a second that such a reader read', rates),
    holds: rates.length === models.length && rates.every(measure => isSound(summary, scenario, measure)),
  }
}

function readAgain(summary: Summary): Finding {
  const scenario = 'read-again'
  const read = mainMeasuresOf(summary, scenario, 'all read again after')
  const requested = mainMeasuresOf(summary, scenario, 'requested')
  const unable = Object.keys(summary.comparison?.about.find(({ name }) => name === scenario)?.without ?? {})
  const amount = (measure: RepeatedMeasure): string => {
    const all = requested.find(each => modelOf(each) === modelOf(measure))
    const outage = outageOf(measure.configuration)
    const orders = all ? ` for ${formatted(all)} orders and those of the warm-up` : ''
    return `${formatted(measure)}${orders}${outage ? sentence`, healthy again ${ms(medianOf(outage))} after the kill`.join('') : ''}`
  }
  return {
    scenario,
    lesson: 'A log can be read again from its beginning, and a queue cannot',
    facts: listed(
      'Time in which a reader that was killed and had lost its state read all orders again, from the start of its new process',
      read,
      modelOf,
      amount,
    ),
    holds: read.length === 1 && unable.length > 0,
  }
}

function healthy(summary: Summary): Finding {
  const rate = middleRate(summary)
  const of = (name: string) => mainMeasuresOf(summary, 'healthy', name, rate)
  const known = of('known p50')
  const memory = of('memory')
  const costs = [
    ...(isWhole(summary, 'healthy', known) && isLeastWithoutBroker(summary, known) ? ['time'] : []),
    ...(isWhole(summary, 'healthy', memory) && isLeastWithoutBroker(summary, memory) ? ['memory'] : []),
  ]
  return {
    scenario: 'healthy',
    lesson: `A broker costs ${costs.join(' and ')}`,
    facts: [
      ...listed('Memory of all processes (streaming-kafka has one service more)', memory).map(withOrder(memory)),
      ...listed(
        `Median time until a client can know the outcome, at ${rate} orders a second (from the answer where that says it, else by asking for the order)`,
        known,
      ).map(withOrder(known)),
      ...(rankedBy(known) + rankedBy(memory) === ''
        ? []
        : ['Here < says that the spreads of the repetitions do not touch, and ≈ that they do']),
    ],
    holds: costs.length > 0,
  }
}

/** Adds what the repetitions bear out of the order of the numbers. */
const withOrder =
  (measures: readonly RepeatedMeasure[]) =>
  (fact: string): string => {
    const order = rankedBy(measures)
    return order === '' ? fact : `${fact} (${order})`
  }

function isLeastWithoutBroker(summary: Summary, measures: readonly RepeatedMeasure[]): boolean {
  const without = measures.filter(each => answersWithOutcome(summary, each))
  const others = measures.filter(each => !answersWithOutcome(summary, each))
  return without.length > 0 && others.length > 0 && without.every(one => others.every(other => isLess(one, other)))
}

/** As the synchronous model does, which has no broker. */
const answersWithOutcome = ({ comparison }: Summary, { configuration }: RepeatedMeasure): boolean =>
  comparison?.features[configuration.model]?.includes('answers-with-outcome') ?? false

/** Whether every model that was run was measured: a lesson about all of them needs all of them. */
function isWhole({ comparison, results }: Summary, scenario: string, measures: readonly RepeatedMeasure[]): boolean {
  const run = (comparison?.models ?? []).filter(model =>
    results.some(result => result.model === model && result.cell?.scenario === scenario),
  )
  return run.every(model => measures.some(each => modelOf(each) === model))
}

/** A request may end between the death of a service and the moment when its peers know. */
const isHardlyAny = ({ values }: RepeatedMeasure): boolean => Math.max(...values) <= 100 - ENOUGH_PERCENT

const isMostly = ({ values }: RepeatedMeasure): boolean => Math.min(...values) >= ENOUGH_PERCENT

/** In every repetition. */
const isAlways = ({ values }: RepeatedMeasure, expected: number): boolean => values.every(value => value === expected)

function listed(
  what: string,
  measures: readonly RepeatedMeasure[],
  name = modelOf,
  amount: (measure: RepeatedMeasure) => string = formatted,
): string[] {
  return measures.length === 0 ? [] : [`${what}: ${measures.map(each => `${name(each)} ${amount(each)}`).join(', ')}`]
}

/** The checks that say whether an order was lost, duplicated, oversold or left unknown. */
const ORDER_CHECKS = ['lost', 'duplicated', 'oversold', 'all-resolved']

/** What these checks found: with all safeguards in place, and in each configuration that leaves one out. */
function checked({ results }: Summary): string {
  const cells = results.flatMap(({ model, variants, checks, measures }) =>
    variants.map(({ name, disabledSafeguard }) => ({
      configuration: `${model} ${name}`,
      isSafe: disabledSafeguard === undefined,
      orders: measures.find(each => each.variant === name && each.name === 'requested')?.value ?? 0,
      checks: checks.filter(check => check.variant === name && ORDER_CHECKS.includes(check.name)),
    })),
  )
  const safe = tally(cells.filter(({ isSafe }) => isSafe))
  const unsafe = Map.groupBy(
    cells.filter(({ isSafe }) => !isSafe),
    ({ configuration }) => configuration,
  )
  return [
    `Was an order lost, duplicated, oversold or left unknown? The checks ${named(ORDER_CHECKS)} found ${safe.found === 0 ? 'none' : count(safe.found)} in ${safe.results} results with ${count(safe.orders)} measured orders (and those of the warm-up); \`lost\` looks only at orders that were answered 2xx.`,
    ...(safe.unknown > 0 ? [`${safe.unknown} of these checks could not be judged.`] : []),
    ...[...unsafe].flatMap(([configuration, own]) => {
      const { orders, found, by } = tally(own)
      if (found === 0) return []
      return `They do find such orders where a safeguard is left out on purpose: ${configuration}, ${count(found)} of ${count(orders)}, by ${named(by)}.`
    }),
  ].join(' ')
}

type Cell = { orders: number; checks: Result['checks'] }

function tally(cells: readonly Cell[]) {
  const checks = cells.flatMap(cell => cell.checks)
  const finding = checks.filter(({ found = 0 }) => found > 0)
  return {
    results: cells.length,
    orders: sum(cells.map(({ orders }) => orders)),
    found: sum(finding.map(({ found = 0 }) => found)),
    by: [...new Set(finding.map(({ name }) => name))],
    unknown: checks.filter(({ verdict }) => verdict === 'unknown').length,
  }
}

const named = (names: readonly string[]): string => names.map(name => `\`${name}\``).join(', ')

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

const count = (value: number): string => value.toLocaleString('en-US')

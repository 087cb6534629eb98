// The findings that the README shows, with numbers from the committed comparison. Guarantees that the README never
// contradicts its sources: a finding of which nothing was measured is left out, and its lesson gives way to the title of
// the scenario when the numbers do not bear it out.
import type { Result, Summary } from '#engine/run/summary.ts'
import {
  ofMainConfigurations,
  medianOf,
  middleRate,
  type RepeatedMeasure,
  repeatedMeasuresOf,
  formatted,
} from '../comparison/repeated-measures.ts'
import { scenarioAnchor } from '../report/html/parts.ts'

type Finding = {
  scenario: string
  /** What a reader remembers. */
  lesson: string
  /** Sentences without their full stops. None when nothing was measured. */
  facts: string[]
  /** Whether the numbers bear the lesson out. */
  holds: boolean
}

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

const FINDINGS: readonly ((summary: Summary) => Finding)[] = [inventoryDead, brokerDead, duplicates, readAgain, healthy]

function inventoryDead(summary: Summary): Finding {
  const scenario = 'inventory-dead'
  const answered = ofMainConfigurations(repeatedMeasuresOf(summary, scenario, 'during: availability'))
  const recovered = ofMainConfigurations(repeatedMeasuresOf(summary, scenario, 'time to full recovery'))
  return {
    scenario,
    lesson: 'While Inventory is dead, a chain of calls accepts no order; a queue and a log accept all of them',
    facts: [
      ...listed('Right answers within a second while Inventory was dead', answered),
      ...listed('Once it was back, the last of those orders was complete after', recovered),
    ],
    holds: answered.every(each => valueOf(each) === (answersWithOutcome(summary, each) ? 0 : 100)),
  }
}

function brokerDead(summary: Summary): Finding {
  const scenario = 'broker-dead'
  const answered = repeatedMeasuresOf(summary, scenario, 'during: availability').filter(
    each => !answersWithOutcome(summary, each),
  )
  return {
    scenario,
    lesson: 'With the broker dead, the outbox decides who can order, not the broker',
    facts: listed(
      'Right answers within a second',
      answered,
      ({ configuration }) => `${configuration.model} ${configuration.variant}`,
    ),
    holds: answered.every(each => isEnough(each) === /\bwith (its|an) outbox\b/.test(each.configuration.variant)),
  }
}

function duplicates(summary: Summary): Finding {
  const scenario = 'duplicates'
  const requested = ofMainConfigurations(repeatedMeasuresOf(summary, scenario, 'requested'))
  const found = ofMainConfigurations(repeatedMeasuresOf(summary, scenario, 'duplicated'))
  const amount = (measure: RepeatedMeasure): string => {
    const all = requested.find(({ configuration }) => configuration.model === measure.configuration.model)
    return all ? `${formatted(measure)} of ${formatted(all)}` : formatted(measure)
  }
  return {
    scenario,
    lesson: 'Everything may arrive twice, and still no order counts twice',
    facts: listed('Orders that were reserved or confirmed twice', found, modelOf, amount),
    holds: found.every(({ values }) => values.every(value => value === 0)),
  }
}

function readAgain(summary: Summary): Finding {
  const scenario = 'read-again'
  const read = ofMainConfigurations(repeatedMeasuresOf(summary, scenario, 'all read again after'))
  const unable = Object.keys(summary.comparison?.about.find(({ name }) => name === scenario)?.without ?? {})
  return {
    scenario,
    lesson: 'A log can be read again from its beginning; a queue cannot, and RabbitMQ streams are not measured here',
    facts: listed(
      'Time in which a reader that had lost its state read all again, from the start of its new process',
      read,
    ),
    holds: read.length === 1 && unable.length > 0,
  }
}

function healthy(summary: Summary): Finding {
  const rate = middleRate(summary)
  const of = (name: string) => ofMainConfigurations(repeatedMeasuresOf(summary, 'healthy', name, rate))
  // Where the answer carries the outcome, the client knows it with the answer and no earlier.
  const known = [
    ...of('accepted p50').filter(each => answersWithOutcome(summary, each)),
    ...of('completed p50').filter(each => !answersWithOutcome(summary, each)),
  ]
  const memory = of('memory')
  return {
    scenario: 'healthy',
    lesson: 'A broker costs time and memory',
    facts: [
      ...listed(
        `Median time until the client can know the outcome at ${rate} orders a second (by the answer where it carries the outcome, else by the stored confirmation)`,
        known,
      ),
      ...listed('Memory of all processes (streaming-kafka has one service more)', memory),
    ],
    holds: [known, memory].every(all => isLeastWithoutBroker(summary, all)),
  }
}

function isLeastWithoutBroker(summary: Summary, measures: readonly RepeatedMeasure[]): boolean {
  const [least, ...others] = measures.toSorted((one, other) => valueOf(one) - valueOf(other))
  if (!least || !answersWithOutcome(summary, least)) return false
  return others.every(each => valueOf(each) > valueOf(least))
}

/** As the synchronous model does, which has no broker. */
const answersWithOutcome = ({ comparison }: Summary, { configuration }: RepeatedMeasure): boolean =>
  comparison?.features[configuration.model]?.includes('answers-with-outcome') ?? false

const isEnough = (measure: RepeatedMeasure): boolean => valueOf(measure) >= 90

const valueOf = (measure: RepeatedMeasure): number => medianOf(measure).value ?? 0

const modelOf = ({ configuration }: RepeatedMeasure): string => configuration.model

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
    `Was an order lost, duplicated, oversold or left unknown? The checks ${named(ORDER_CHECKS)} asked this of ${count(safe.orders)} orders in ${safe.results} results and found ${safe.found === 0 ? 'none' : count(safe.found)}.`,
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

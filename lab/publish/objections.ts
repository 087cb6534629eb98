// The page "How this could be wrong": what an expert of each side would object to, and what the published comparison measured about
// it. Guarantees that a figure is of the run, that an objection about which nothing was measured says so, and that a model without a figure
// is named with the reason.
import { GENERATOR_CPU, isVoidNote, MACHINE_IDLE } from '#engine/analysis/measures.ts'
import { REFUSALS_OUTLAST, REQUESTS_PER_CLIENT } from '#engine/analysis/retries.ts'
import type { Summary } from '#engine/run/summary.ts'
import { nonDefaultSettings } from '#infra/non-default-settings.ts'
import {
  formattedWithSpread,
  allMeasuresOf,
  middleRate,
  modelOf,
  type RepeatedMeasure,
} from '../comparison/repeated-measures.ts'
import { isWithOutbox } from '../comparison/outbox.ts'
import { HEALTHY } from '../comparison/scenarios.ts'
import { ONE_MORE_READER } from '../comparison/scenarios/fan-out.ts'
import { READ_RATE } from '../comparison/scenarios/new-reader.ts'
import { RETRIED_OVERTAKEN } from '../comparison/scenarios/retried.ts'
import { OTHERS_KNOWN } from '../comparison/scenarios/slow-kitchen.ts'
import { spreadText } from '../comparison/scorecard.ts'
import { provenance } from '../report/markdown.ts'
import { markdown } from '../report/terminal/table.ts'
import { linkTo, pairsOf, sameText } from './other-runs.ts'

/** `rabbitmq 4.0.5, kafka 4.4.0`; empty where it had no broker of the lab. */
const versionsOf = ({ brokers }: Summary): string =>
  Object.entries(brokers)
    .map(([kind, { version }]) => `${kind} ${version}`)
    .join(', ')

/** What each of the other runs had, and how many answers of its scorecard are the same. */
const besides = (summary: Summary, others: readonly Summary[], what: (another: Summary) => string): string =>
  others
    .map(
      another =>
        ` Run ${linkTo(another)}${what(another)}, and gives the same answer to ${sameText(pairsOf(summary, another))}.`,
    )
    .join('')

/** `see`: the section of the comparison that has the figures of the answer. */
type Objection = { objection: string; answer(summary: Summary, others: readonly Summary[]): string; see?: string }

/** Of each model: `sync-rest 3.44 (3.20–4.91) ms`; one without a figure is named with the reason. Empty where nothing was measured. */
const figuresOf = (summary: Summary, scenario: string, name: string, rate?: number): string =>
  listed(
    allMeasuresOf(summary, scenario, name, rate).filter(({ configuration }) => configuration.isMain),
    modelOf,
    ', ',
  )

/** The same of every configuration. */
const withConfigurations = (
  summary: Summary,
  scenario: string,
  name: string,
  isShown: (measure: RepeatedMeasure) => boolean = () => true,
): string =>
  listed(
    allMeasuresOf(summary, scenario, name).filter(isShown),
    measure => `${modelOf(measure)}, ${measure.configuration.variant}:`,
    '; ',
  )

const listed = (
  measures: readonly RepeatedMeasure[],
  nameOf: (measure: RepeatedMeasure) => string,
  between: string,
): string => measures.map(each => `${nameOf(each)} ${figureOf(each)}`).join(between)

function figureOf(measure: RepeatedMeasure): string {
  const { values, unit, note = 'not measured', setByFault } = measure
  if (values.length === 0) return `no figure (${note})`
  return `${formattedWithSpread(measure)} ${unit}${setByFault === undefined ? '' : ` (set by the fault: ${setByFault})`}`
}

/** Also of what has no figure. */
const above =
  (least: number) =>
  ({ values }: RepeatedMeasure): boolean =>
    values.length === 0 || values.some(value => value > least)

/** Of the healthy runs; undefined where there were none. */
const highestRate = ({ comparison }: Summary): number | undefined => comparison?.rates.toSorted((a, b) => b - a)[0]

/** A sentence about figures, left out where there are none. */
const about = (figures: string, sentence: (figures: string) => string): string =>
  figures === '' ? '' : sentence(figures)

const OBJECTIONS: readonly Objection[] = [
  {
    objection: 'An outbox is compared with no outbox, and the brokers take the credit for it.',
    answer: summary =>
      about(
        withConfigurations(summary, 'inventory-dead', 'during: known in the end', isWithOutbox),
        figures =>
          `Of the orders requested while Inventory was dead, this share could be known in the end with an outbox: ${figures}.`,
      ),
    see: '[The outbox and the model apart](README.md#outbox).',
  },
  {
    objection: 'One broker is old, the other one new.',
    answer(summary, others) {
      const beside = besides(summary, others, other => ` had ${versionsOf(other)}`)
      return about(
        versionsOf(summary),
        versions => `This run had ${versions}.${beside} [What was tested](../brokers.md#what-was-tested).`,
      )
    },
  },
  {
    objection: 'Latency ends with the outcome in one model, and with a receipt in the others.',
    answer: summary =>
      about(
        figuresOf(summary, HEALTHY, 'known p50', middleRate(summary)),
        figures =>
          `Models are compared by *known*, when the client can know the outcome. Its median at ${middleRate(summary)} orders/s: ${figures}.`,
      ),
    see: '[Nothing is broken](README.md#scenario-healthy).',
  },
  {
    objection: 'That a client can know the outcome does not mean that it knows it.',
    answer: summary =>
      about(
        withConfigurations(summary, 'until-known', 'learned p50'),
        figures => `Until the client was told, at the median: ${figures}.`,
      ),
    see: '[Until the client knows](README.md#scenario-until-known).',
  },
  {
    objection: 'A queue is said to forget, though RabbitMQ has streams and REST has its book.',
    answer: summary =>
      about(
        figuresOf(summary, 'new-reader', READ_RATE),
        figures =>
          `A reader that joined later read all orders from the first one in each model, in RabbitMQ from a stream beside the queues: ${figures}.`,
      ),
    see: '[A new reader joins](README.md#scenario-new-reader).',
  },
  {
    objection: 'A slow order in a log holds up those behind it, and nobody measures that.',
    answer: summary =>
      about(
        withConfigurations(summary, 'slow-kitchen', OTHERS_KNOWN),
        figures =>
          `While Inventory was slow with the orders of one kitchen, the outcomes of this share of all others could be known within 1 s: ${figures}.`,
      ),
    see: '[One kitchen is slow](README.md#scenario-slow-kitchen).',
  },
  {
    objection: 'The sequence of orders is measured where nothing fails, and it is retries that break it.',
    answer: summary =>
      about(
        withConfigurations(summary, 'retried', RETRIED_OVERTAKEN),
        figures =>
          `In a load during which Inventory fails each order once for a while, so many orders were overtaken by a later one of their kitchen: ${figures}.`,
      ),
    see: '[Orders have to be tried twice](README.md#scenario-retried).',
  },
  {
    objection: 'Clients try again, and it is the retries that keep a service down.',
    answer: summary =>
      about(withConfigurations(summary, 'retry-storm', REQUESTS_PER_CLIENT, above(1)), figures => {
        const outlast = withConfigurations(summary, 'retry-storm', REFUSALS_OUTLAST, above(0))
        const until = about(outlast, texts => ` Clients were refused for so long after it went on: ${texts}.`)
        return `In a load during which Inventory stands still for a while, each client made so many requests on average: ${figures}; in every other configuration one.${until}`
      }),
    see: '[Clients try again](README.md#scenario-retry-storm).',
  },
  {
    objection: 'A log is for many readers, and one is compared.',
    answer: summary =>
      about(
        figuresOf(summary, 'fan-out', ONE_MORE_READER),
        figures => `One more reader of all outcomes costs services and brokers this CPU time: ${figures}.`,
      ),
    see: '[More and more readers](README.md#scenario-fan-out).',
  },
  {
    objection: 'The orders are small, so that a copy of one costs nothing.',
    answer: summary =>
      about(
        withConfigurations(summary, 'payloads', 'known p50'),
        figures => `The median time until a client could know the outcome, by the size of the orders: ${figures}.`,
      ),
    see: '[Orders of 1, 10 and 100 kB](README.md#scenario-payloads).',
  },
  {
    objection: 'The rates are trivial.',
    answer: summary =>
      about(
        figuresOf(summary, HEALTHY, MACHINE_IDLE, highestRate(summary)),
        figures =>
          `At the highest, ${highestRate(summary)} orders/s, this share of the machine was idle: ${figures}. Where it is nearly full, latencies are void. The greatest rate of each model: [capacity](../capacity.md).`,
      ),
  },
  {
    objection: 'A fault was run once, and another run may say something else.',
    answer(summary) {
      const { repeat = 0, healthyRepeat = 0 } = summary.comparison ?? {}
      const often = (times: number): string => (times === 1 ? 'once' : `${times} times`)
      return `In this run faults were run ${often(repeat)}, healthy runs ${often(healthyRepeat)}. ${spreadText(summary)} Of single runs a difference is named only where one figure is twice the other, or ten percentage points away. \`npm run lab -- compare --profile published\` runs all of it ten times.`
    },
  },
  {
    objection: 'Time-outs and buffers are tuned, and nobody is told.',
    answer(summary, others) {
      const shipped = 'inventory-dead-as-shipped'
      const [beside = 'No run measured the same with the settings as shipped.'] = [summary, ...others].flatMap(run => {
        const recovery = withConfigurations(run, shipped, 'time to full recovery')
        if (recovery === '') return []
        const where =
          run === summary ? `[Settings as shipped](README.md#scenario-${shipped}).` : `Measured in run ${linkTo(run)}.`
        return [`With both it took from the start of Inventory until all was well: ${recovery}. ${where}`]
      })
      return `${nonDefaultSettings.length} settings of brokers and clients are not the default. A table has each with its reason, and a test holds it to the settings files: [settings](README.md#settings). ${beside}`
    },
  },
  {
    objection: 'The generator takes half of the machine.',
    answer: summary =>
      about(
        figuresOf(summary, HEALTHY, GENERATOR_CPU, highestRate(summary)),
        figures =>
          `At ${highestRate(summary)} orders/s it took: ${figures}. Its starts were late at p99 by: ${figuresOf(summary, HEALTHY, 'start lateness p99', highestRate(summary))}. A figure of which late starts made more than 1 ms and more than a tenth is void.`,
      ),
  },
  {
    objection: 'Figures that do not fit are left out.',
    answer({ results }) {
      const all = results.flatMap(({ measures }) => measures)
      const voided = all.filter(({ value, note }) => value === null && note !== undefined && isVoidNote(note))
      return `Of ${all.length} figures ${voided.length} are void; each is a dash with its reason. What was measured again because the generator was late is named below its table.`
    },
  },
  {
    objection: 'The one who measures also judges.',
    answer: ({ results }) =>
      `The histories of all ${results.length} results are in [histories](histories): every request, answer and row. \`npm run lab -- judge\` computes every verdict and number from them again. A second judge, which shares no code with the checks, judges some of the claims too. [What each check sees](../checks.md).`,
  },
  {
    objection: 'One node is no cluster: neither broker replicates anything here.',
    answer: () =>
      'True, and nothing here answers it. A quorum queue of one member and a topic with one replica survive the death of a process, and not that of a disk.',
  },
  {
    objection: 'The clients are written for Node.js, and a broker may be faster with another one.',
    answer: () =>
      "[Performance](../performance.md) has the models beside the brokers' own load tools, on the same machine in the same minute.",
  },
  {
    objection: 'It is one kind of machine.',
    answer(summary, others) {
      const { cores, cpu } = summary.machine
      const beside = besides(summary, others, ({ machine }) => ` was on ${machine.cores} × ${machine.cpu}`)
      return `True: ${cores} × ${cpu}. Elsewhere the ratios between models may be others; the command above measures them on yours.${beside}`
    },
  },
]

/** The text of the page. @param others that are published beside this one; the first of them that measured something answers where this run did not */
export function objectionsPage(summary: Summary, command: string, others: readonly Summary[] = []): string {
  const rows = OBJECTIONS.map(({ objection, answer, see }) => {
    const own = answer(summary, others)
    if (own !== '') return [objection, [own, ...(see === undefined ? [] : [see])].join(' ')]
    const [found] = others.flatMap(other => {
      const text = answer(other, [])
      return text === '' ? [] : [`Not measured in this run; in run ${linkTo(other)}: ${text}`]
    })
    return [objection, found ?? 'This run measured nothing about it.']
  })
  return `${[
    '# How this could be wrong',
    provenance(summary),
    `What an expert of each side would object to in [the comparison](README.md), and what the run measured about it. Rendered from its \`summary.json\`. To measure it on another machine: \`${command}\`.`,
    markdown(['objection', 'what the run says'], rows, false),
  ].join('\n\n')}\n`
}

// Results and overviews of runs on the terminal, from the summary alone, and the lines about their conditions that pages share.
import { styleText } from 'node:util'
import type { Result, Summary, Comparison } from '#engine/run/summary.ts'
import type { Verdict } from '#engine/checks/check.ts'
import { GENERATOR_CPU, MACHINE_IDLE } from '#engine/analysis/measures.ts'
import { wrapped } from './screen.ts'
import { draw, gridOf, MEANING_OF_SET_BY_FAULT, seconds, SET_BY_FAULT, textTable } from './table.ts'
import { isDisturbing } from '../../session/disturbance.ts'
import { keyMetrics } from './key-metrics.ts'
import { HEALTHY } from '../../comparison/scenarios.ts'

const COLOURS = { valid: 'green', invalid: 'red', unknown: 'yellow', vacuous: 'yellow' } as const
export const SIGNS: Record<Verdict, string> = { valid: '✔', invalid: '✘', unknown: '?', vacuous: '∅' }

/** The variants that leave out a safeguard on purpose, by name: what is found in them does not count for the model. */
export const withoutSafeguard = ({ variants }: Pick<Result, 'variants'>): ReadonlySet<string> =>
  new Set(variants.filter(({ disabledSafeguard }) => disabledSafeguard !== undefined).map(({ name }) => name))

/** The checks of all other variants. */
export function countedChecks(result: Pick<Result, 'variants' | 'checks'>): Result['checks'] {
  const out = withoutSafeguard(result)
  return result.checks.filter(({ variant }) => !out.has(variant))
}

export const idOf = ({ model, experiment }: Result): string => `${model}/${experiment}`

/** As many names as fit in a line or two. */
const SHOWN = 3

export const namesText = (names: readonly string[]): string =>
  names.length <= SHOWN + 1
    ? names.join(', ')
    : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} others`

/** For each verdict `2 valid: …`, the last results first. */
export const verdictGroups = (results: readonly Result[]): { verdict: Verdict; text: string }[] =>
  [...Map.groupBy(results, ({ verdict }) => verdict)].map(([verdict, some]) => ({
    verdict,
    text: `${some.length} ${verdict}: ${namesText(some.map(idOf).reverse())}`,
  }))

/** In the verdict's colour. */
export const coloured = (verdict: Verdict, text: string) => styleText(COLOURS[verdict], text)

/** Table, sentences and verdict of one experiment. @param width of the terminal */
export function renderResult(result: Result, width: number): string {
  const { model, experiment, title, question, explanation, failure } = result
  return [
    styleText('bold', `${model}/${experiment}: ${title}`),
    question,
    textTable(gridOf(result), width),
    conditions(result),
    ...explanation,
    ...(failure ? [coloured('unknown', `It could not be finished: ${failure}`)] : []),
    ...verdictLines(result),
  ]
    .filter(line => line !== '')
    .join('\n')
}

/** The verdict in a line, and a line with the detail of each check that is not valid. */
function verdictLines({ verdict, checks }: Pick<Result, 'verdict' | 'checks'>): string[] {
  const valid = checks.filter(check => check.verdict === 'valid').length
  const names = [...new Set(checks.map(({ name }) => name))]
  const of = `${valid} of ${checks.length} checks valid${names.length > 0 ? ` (${names.join(', ')})` : ''}`
  return [coloured(verdict, `${SIGNS[verdict]} ${verdict}: ${of}`), ...notValidLines(checks)]
}

/** A line with the detail of each check that is not valid. */
export const notValidLines = (checks: Result['checks']): string[] =>
  checks
    .filter(({ verdict }) => verdict !== 'valid')
    .map(({ name, variant, verdict, detail }) =>
      coloured(verdict, `  ${SIGNS[verdict]} ${verdict} ${name} (${variant}): ${detail}`),
    )

/** Which checks were evaluated in every result, and which others in which scenarios or experiments. */
export function evaluatedChecks(results: readonly Result[]): string {
  const found = results.flatMap(({ experiment, cell, checks }) =>
    // Of `step-seen kill kafka` the kind; thresholds are the user's own.
    [...new Set(checks.map(({ name }) => name.replace(/^((?:step|fault)-seen) .*$/, '$1')))]
      .filter(kind => !kind.startsWith('threshold '))
      .map(kind => ({ kind, where: cell?.scenario ?? experiment })),
  )
  const kinds = [...Map.groupBy(found, ({ kind }) => kind)]
  const everywhere = kinds.filter(([, all]) => all.length === results.length).map(([kind]) => kind)
  const others = kinds
    .filter(([, all]) => all.length < results.length)
    .map(([kind, all]) => `${kind} (${[...new Set(all.map(({ where }) => where))].join(', ')})`)
  return [
    ...(everywhere.length > 0 ? [`Checks evaluated in every result: ${everywhere.join(', ')}.`] : []),
    ...(others.length > 0 ? [`Checks evaluated in some: ${others.join('; ')}.`] : []),
  ].join(' ')
}

/** A row for each experiment. @param where the folder of the run, as the user would type it; @param width of the terminal */
export function renderOverview(summary: Summary, where: string, width: number): string {
  const { results } = summary
  return renderProvenance(summary, where, ...(results.length > 0 ? [overviewOf(results, width)] : []))
}

/** The table, and what a mark in it means. */
export function overviewOf(results: readonly Result[], width: number): string {
  const rows = results.map(result => [
    `${result.model}/${result.experiment}`,
    `${SIGNS[result.verdict]} ${result.verdict}`,
    keyMetrics(result).join('\n'),
    seconds(result.seconds),
  ])
  const table = draw(['experiment', 'verdict', 'key metrics', 'seconds'], rows, [0, 1, 2], width)
  return table.includes(SET_BY_FAULT) ? `${table}\n${wrapped(MEANING_OF_SET_BY_FAULT, width)}` : table
}

/** The conditions of the run and the place of its files, below `texts`. */
export function renderProvenance(summary: Summary, where: string, ...texts: string[]): string {
  const { machine, brokers, seed, profile } = summary
  const stopped = stoppedText(summary)
  const from = Object.entries(brokers).map(([kind, { source, version }]) => `${kind} ${version} (${source})`)
  return [
    ...texts,
    ...[stopped, busyText(summary)].filter(text => text !== '').map(text => coloured('unknown', text)),
    `Profile ${profile}, seed ${seed}${inContainers(summary)}, ${seconds(summary.seconds)} s on ${machine.cores} × ${machine.cpu}, ${machine.system}, Node ${machine.node}${from.length > 0 ? `; ${from.join(', ')}` : ''}.`,
    ...(summary.cpus ? [`Pinned: ${cpusText(summary.cpus)}.`] : []),
    `Numbers, histories and logs: ${where}/ (print again: npm run lab -- show ${where === `runs/${summary.run}` ? summary.run : where})`,
  ].join('\n')
}

/** `the generator to CPU 0, services and brokers from packages to CPU 1`. */
export const cpusText = ({ generator, services }: NonNullable<Summary['cpus']>): string =>
  `the generator to CPU ${generator}, services and brokers from packages to CPU ${services}`

/** Profile, settings, concurrency, and where an accepted order was. */
export const conditions = (result: Result): string =>
  [
    `${settingsLine(result)} An accepted order was ${result.durability}.`,
    machineLine(result),
    ...measuredAgain([result]),
  ]
    .filter(line => line !== '')
    .join(' ')

/** How busy the machine and the load generator were in each variant; empty where that is not known. */
function machineLine({ variants, measures }: Result): string {
  const found = variants.flatMap(({ name }) => {
    const of = (wanted: string) => measures.find(each => each.variant === name && each.name === wanted)
    const [own, idle] = [of(GENERATOR_CPU), of(MACHINE_IDLE)]
    if (typeof idle?.value !== 'number' || typeof own?.value !== 'number') return []
    return [`${name} ${idle.value.toFixed(0)} % idle, ${own.value.toFixed(0)} %`]
  })
  return found.length === 0 ? '' : `The machine, and what the load generator took of a core: ${found.join('; ')}.`
}

/** Which variants were measured more than once, and why. */
export const measuredAgain = (results: readonly Result[]): string[] =>
  results.flatMap(({ model, experiment, variants }) =>
    variants.flatMap(({ name, discarded = [] }) =>
      discarded.length === 0
        ? []
        : [
            `${model}/${experiment}, ${name}, was measured ${discarded.length + 1} times; thrown away as void: ${discarded.join(', ')}.`,
          ],
    ),
  )

/** Profile, settings and concurrency. */
export function settingsLine({ profile, settings, concurrency, variants }: Result): string {
  const listed = Object.entries(settings).map(([name, value]) => `${name} ${value.toLocaleString('en-US')}`)
  const others = variants.flatMap(({ name, environment }) => {
    const other = Object.values(environment).flatMap(({ CONCURRENCY }) => CONCURRENCY ?? [])[0]
    return other === undefined ? [] : [` (${name}: ${other})`]
  })
  const arrivals = variants.some(variant => variant.arrivals === 'poisson')
    ? ' Orders arrive as a Poisson process.'
    : ''
  return `Profile ${profile}: ${listed.join(', ')}.${arrivals} Concurrency (orders at once): ${concurrency}${others.join('')}.`
}

/** Shown after the seed of a run; empty for plain processes. */
export const inContainers = ({ runtime }: Summary): string => (runtime === 'compose' ? ', in containers' : '')

/**
 * Says that a run was stopped before all requested results were there: what is there may be valid, and must not pass for the
 * whole. Empty where all are there, and for a run that does not name what was requested.
 */
export function stoppedText(summary: Pick<Summary, 'requested' | 'comparison' | 'results'>): string {
  const { requested, comparison, results } = summary
  const expected = requested?.length ?? (comparison ? cellsOf(comparison) : 0)
  return results.length < expected ? `The run was stopped: it has ${results.length} of ${expected} results.` : ''
}

const SMOKE = 'A smoke run is there for its verdicts: its times, rates and peaks say nothing of a model.'

/** Says that the machine was shared, in a smoke run or with other programs: verdicts stand, and numbers suffer. Empty where it was not. */
export function busyText({
  profile,
  results,
  machine: { cores },
}: Pick<Summary, 'profile' | 'results' | 'machine'>): string {
  const smoke = profile === 'smoke' ? SMOKE : ''
  const busy = results.flatMap(({ othersCores }) => (isDisturbing(othersCores, cores) ? [othersCores] : []))
  if (busy.length === 0) return smoke
  const most = Math.max(...busy).toFixed(1)
  const others = `Other programs used up to ${most} of ${cores} cores during ${busy.length} of ${results.length} results`
  if (smoke === '') return `${others}: the verdicts stand, but the numbers may have suffered.`
  return `${smoke} ${others}: beside them services may have been too late, which a check finds.`
}

/** How many results a complete comparison has. */
const cellsOf = ({ about, models, rates, repeat, healthyRepeat }: Comparison): number =>
  about.reduce((sum, { name, without }) => {
    const able = models.filter(model => without[model] === undefined).length
    return sum + able * (name === HEALTHY ? rates.length * healthyRepeat : repeat)
  }, 0)

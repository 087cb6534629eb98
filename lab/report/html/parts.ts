// What the sections of the report share: verdict marks, boxes that scroll, figures, tables, anchors, names.
import type { Result, VariantFacts, Summary } from '#engine/run/summary.ts'
import type { Verdict } from '#engine/checks/check.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { inline, type Picture } from '../charts/picture.ts'
import type { TimePicture } from '../charts/time-figure.ts'
import type { Grid } from '../terminal/table.ts'
import { SIGNS } from '../terminal/report.ts'
import type { ConfigurationResults } from '../../comparison/repeated-measures.ts'
import { accentOf } from '../charts/theme.ts'
import { exploreData } from './explore-data.ts'

const NO_MARKUP = markup``

/** Sign and word. */
export const verdictMark = (verdict: Verdict): Markup =>
  markup`<span class="verdict ${verdict}"><span class="sign" aria-hidden="true">${SIGNS[verdict]}</span> ${verdict}</span>`

/** Content wider than the screen scrolls in its own box. A browser lets the keyboard reach it there, and nowhere else: no tabindex. */
const scrolling = (label: string, content: Markup): Markup =>
  markup`<div class="scroll" role="group" aria-label="${label}">${content}</div>`

/** Rows of text below their heads, which are text or cells of their own. */
export function scrollingTable(
  label: string,
  heads: readonly (string | Markup)[],
  rows: readonly Markup[],
  className = 'prose',
): Markup {
  const cells = heads.map(head => (typeof head === 'string' ? markup`<th scope="col">${head}</th>` : head))
  const table = markup`<table class="${className}"><thead><tr>${cells}</tr></thead><tbody>${rows}</tbody></table>`
  return scrolling(label, table)
}

/** @param kind a stable name of what it shows */
export const figure = (kind: string, picture: Picture | TimePicture, sentences: readonly string[]): Markup =>
  markup`<figure data-figure="${kind}">${scrolling(picture.title, inline(picture))}${'frame' in picture && exploreData(picture.frame)}${sentences.length > 0 && markup`<figcaption>${sentences.map(text => markup`<p>${text}</p>`)}</figcaption>`}</figure>`

/** A row for each measure, a column for each variant; one row for all measures that are 0 everywhere. @param names of the columns, where they are more than text */
export function gridTable(label: string, { heads, rows, notes }: Grid, names?: readonly Markup[]): Markup | undefined {
  if (rows.length === 0 || heads.length === 0) return undefined
  const top = rows.map(({ name }, nth) => markup`<th scope="col">${names?.[nth] ?? name}</th>`)
  const isZero = (index: number) => rows.every(({ cells }) => cells[index] === '0')
  const zeros = heads.filter((_, index) => isZero(index)).map(({ name }) => name)
  const body = heads.map(({ name, unit }, index) => {
    if (zeros.length > 1 && isZero(index)) return undefined
    const cells = rows.map(({ cells }) => markup`<td>${cells[index] ?? ''}</td>`)
    return markup`<tr><th scope="row">${name}${unit !== '' && markup` <span class="unit">${unit}</span>`}</th>${cells}</tr>`
  })
  if (zeros.length > 1)
    body.push(
      markup`<tr class="zeros"><th scope="row">0 in each</th><td colspan="${rows.length}">${zeros.join(', ')}</td></tr>`,
    )
  const table = markup`<table><thead><tr><td></td>${top}</tr></thead><tbody>${body}</tbody></table>`
  const footnotes = notes.length > 0 && markup`<p class="notes">${notes.map(note => markup`<span>${note}</span> `)}</p>`
  return markup`${scrolling(label, table)}${footnotes}`
}

/** Every check of a result, collapsed. @param before shown before the counts */
export function checksDetails({ model, experiment, checks, variants }: Result, before = NO_MARKUP): Markup {
  const disabledSafeguard = new Map(variants.map(({ name, disabledSafeguard }) => [name, disabledSafeguard]))
  const rows = checks.map(({ name, variant, verdict, detail }) => {
    const out = disabledSafeguard.get(variant)
    const aside = out !== undefined && markup` <span class="aside">(left out on purpose: ${out})</span>`
    return markup`<tr><td>${verdictMark(verdict)}</td><th scope="row">${name}</th><td>${variant}${aside}</td><td>${detail}</td></tr>`
  })
  if (rows.length === 0) return markup`<p>${before}No check was evaluated.</p>`
  const table = scrollingTable(`Checks of ${model}/${experiment}`, ['verdict', 'check', 'variant', 'detail'], rows)
  const isOut = ({ variant }: Result['checks'][number]) => disabledSafeguard.get(variant) !== undefined
  const of = (some: Result['checks']) => tally(some.map(({ verdict }) => verdict))
  const without = of(checks.filter(isOut))
  const counts = [of(checks.filter(check => !isOut(check))), ...(without === '' ? [] : [`◇ ${without}`])]
  return markup`<details><summary>${before}Checks: ${counts.filter(text => text !== '').join('; ')}</summary>${table}</details>`
}

/** Beyond the model's own: `order_service: OUTBOX=off`. */
export const environmentOf = ({ environment }: VariantFacts): string[] =>
  Object.entries(environment).flatMap(([service, values]) =>
    Object.entries(values).map(([name, value]) => `${service}: ${name}=${value}`),
  )

/** How many of each verdict, the worst first: `1 invalid, 12 valid`. */
export function tally(verdicts: readonly Verdict[]): string {
  const order: readonly Verdict[] = ['invalid', 'unknown', 'vacuous', 'valid']
  return order
    .map(verdict => ({ verdict, count: verdicts.filter(each => each === verdict).length }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`)
    .join(', ')
}

/** Why a result is unfinished, if it is. */
export const failureOf = ({ failure }: Result): Markup | undefined =>
  failure === undefined ? undefined : markup`<p class="failure">It could not be finished: ${failure}</p>`

/** The id of each result in the report; unique, whatever results are called. */
export type Anchors = ReadonlyMap<Result, string>

export function anchorsOf({ results }: Summary): Anchors {
  const taken = new Map<string, number>()
  return new Map(
    results.map(result => {
      const slug = slugOf(`${result.model}-${result.experiment}`)
      const nth = (taken.get(slug) ?? 0) + 1
      taken.set(slug, nth)
      return [result, nth === 1 ? `result-${slug}` : `result-${slug}--${nth}`]
    }),
  )
}

/** Of a scenario of the comparison. */
export const scenarioAnchor = (name: string): string => `scenario-${slugOf(name)}`

const slugOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/** "◇" where a safeguard is left out on purpose. */
const sign = ({ disabledSafeguard }: ConfigurationResults): string => (disabledSafeguard === undefined ? '' : '◇ ')

export const nameOf = (configuration: ConfigurationResults): string =>
  `${sign(configuration)}${configuration.model}: ${configuration.variant}`

/** The head of a column: the model in its colour, below it the variant. */
export const headOf = (configuration: ConfigurationResults): Markup =>
  markup`<span class="model ${accentOf(configuration.model)}">${configuration.model}</span><br><span class="aside">${sign(configuration)}${configuration.variant}</span>`

/** Collapsed: it is looked up where a sign is not understood. */
export const howToRead = (): Markup =>
  markup`<details class="key"><summary>How to read the pictures</summary><p>${HOW_TO_READ.replace('How to read the pictures. ', '')}</p></details>`

export const HOW_TO_READ =
  'How to read the pictures. Each order is a dot at the latency of its answer and an upright stroke at the latency of its completion, placed at its planned second; a flat stroke is an answer other than 2xx or 409. Shaded: a disruption, until its end; dashed: a single step. The number at a curve is its highest value; depths and lags of a broker are samples and may have been higher in between. Warm-up orders are in the pictures, in the checks and in the depths; all other measures exclude them. The longest wait of an order ends when it is completed; if it failed because of the fault, when its stock was given back. An order was requested during a disruption when it was planned from its beginning until what ends it had done its work; a recovery counts from the command that ends it, so that a start is a part of it. A number with † is set by the fault: it follows from what was planted, such as 64 orders in flight ÷ 50 a second, and models are not compared by it. In latency by share of the orders, half of the orders are right of 50 % and one in a hundred right of 99; uncorrected latency counts from the actual start, all others from the planned start.'

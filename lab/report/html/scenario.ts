// One scenario of the comparison: the models one above the other on one axis of time, what to see in two sentences, and the
// measures beside each other.
import type { Comparison, Result } from '#engine/run/summary.ts'
import { scenarioGrid } from '../../comparison/scenario-grid.ts'
import { type ConfigurationResults, configurationsOf } from '../../comparison/repeated-measures.ts'
import { type Markup, markup } from '../charts/markup.ts'
import type { Picture } from '../charts/picture.ts'
import { accentOf } from '../charts/theme.ts'
import { type Group, timeFigure } from '../charts/time-figure.ts'
import { settingsLine } from '../terminal/report.ts'
import {
  type Anchors,
  scenarioAnchor,
  checksDetails,
  figure,
  gridTable,
  failureOf,
  verdictMark,
  headOf,
  nameOf,
} from './parts.ts'
import { groupOf, hasTimeline } from './pictures.ts'
import { narrativeOf } from '../../comparison/narrative.ts'

export type About = Comparison['about'][number]

/** @param results those of this scenario */
export function scenarioSection(
  about: About,
  models: readonly string[],
  results: readonly Result[],
  anchors: Anchors,
): Markup {
  const { title } = about
  const id = scenarioAnchor(about.name)
  const configurations = configurationsOf(results, models)
  const firsts = configurations.filter(({ isMain }) => isMain)
  const sentences = narrativeOf(firsts)
  return markup`<section class="scenario" id="${id}"><h3>${title}</h3><p class="question">${about.asks}</p>${caveatOf(about)}${withoutOf(about)}
<div class="beside"><div>${figureOf(about, 'scenario', models, results, sentences)}</div>
<div>${table(title, firsts)}</div></div>${othersOf(about, models, results, configurations)}${results.map(result => resultDetails(result, anchors))}${settingsOf(results)}</section>`
}

/** The settings of its results, each once. */
export const settingsOf = (results: readonly Result[]): Markup[] =>
  [...new Set(results.map(settingsLine))].map(line => markup`<p class="conditions">${line}</p>`)

/** What a reader must know to interpret the numbers. */
export const caveatOf = ({ caveat }: About): Markup | undefined =>
  caveat === undefined ? undefined : markup`<p class="key">${caveat}</p>`

/** The models that do not support it, and why. */
export const withoutOf = ({ without }: About): Markup[] =>
  Object.entries(without).map(
    ([model, why]) => markup`<p class="without"><strong>${model}</strong> was not run: ${why}</p>`,
  )

/** The variants beside the main one of each model, collapsed. */
function othersOf(
  about: About,
  models: readonly string[],
  results: readonly Result[],
  configurations: readonly ConfigurationResults[],
): Markup | undefined {
  const others = configurations.filter(({ isMain }) => !isMain)
  if (others.length === 0) return undefined
  return markup`<details><summary>Other variants: ${others.map(nameOf).join('; ')}</summary>${figureOf(about, 'scenario-variants', models, results, narrativeOf(others))}${table(`${about.title}: all variants`, configurations)}</details>`
}

/** The first repetition is drawn, also where a resumed comparison ran it last. */
function groupsOf(results: readonly Result[], models: readonly string[], wanted: (nth: number) => boolean): Group[] {
  const ordered = results.toSorted((one, other) => (one.cell?.repeat ?? 0) - (other.cell?.repeat ?? 0))
  const drawn = models.flatMap(model => ordered.find(result => result.model === model) ?? [])
  return drawn
    .flatMap(result => result.variants.filter((_, nth) => wanted(nth)).map(each => groupOf(result, each, CURVES)))
    .filter(hasTimeline)
}

/** The main configuration of each model, or the others. */
type Shown = 'scenario' | 'scenario-variants'

/** The models one above the other; undefined where there is nothing to draw. @param sentences its description */
export function scenarioPicture(
  { name, title }: About,
  shown: Shown,
  models: readonly string[],
  results: readonly Result[],
  sentences: readonly string[],
): Picture | undefined {
  const groups = groupsOf(results, models, nth => nth > 0 === (shown === 'scenario-variants'))
  if (groups.length === 0) return undefined
  return timeFigure({ id: `${scenarioAnchor(name)}-${shown}`, title, description: sentences.join(' ') }, groups)
}

function figureOf(
  about: About,
  shown: Shown,
  models: readonly string[],
  results: readonly Result[],
  sentences: readonly string[],
): Markup | undefined {
  const picture = scenarioPicture(about, shown, models, results, sentences)
  return picture && figure(shown, picture, sentences)
}

const table = (title: string, configurations: readonly ConfigurationResults[]): Markup | undefined =>
  gridTable(`${title}: measures`, scenarioGrid(configurations), configurations.map(headOf))

/** The curves that all models have; depths of single queues would hide them. */
const CURVES = /^(backlog|open)$/

/** Its anchor, its verdict, and its checks, collapsed. */
export function resultDetails(result: Result, anchors: Anchors): Markup {
  const { model, cell, verdict } = result
  const rate = cell ? `, ${cell.ordersPerSecond} orders/s` : ''
  const nth = cell && cell.repeat > 1 ? `, repetition ${cell.repeat}` : ''
  const name = markup`<span class="model ${accentOf(model)}">${model}</span>${rate}${nth}: ${verdictMark(verdict)}. `
  return markup`<div class="result" id="${anchors.get(result)}">${failureOf(result)}${checksDetails(result, name)}</div>`
}

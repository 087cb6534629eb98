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
  troubleOf,
  verdictMark,
  headOf,
  nameOf,
} from './parts.ts'
import { groupOf, hasPast } from './pictures.ts'
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
  const subjects = configurationsOf(results, models)
  const firsts = subjects.filter(({ isFirst }) => isFirst)
  const sentences = narrativeOf(firsts)
  return markup`<section class="scenario" id="${id}"><h3>${title}</h3><p class="question">${about.asks}</p>${caveatOf(about)}${withoutOf(about)}
<div class="beside"><div>${figureOf(about, 'scenario', models, results, sentences)}</div>
<div>${table(title, firsts)}</div></div>${othersOf(about, models, results, subjects)}${results.map(result => resultDetails(result, anchors))}${settingsOf(results)}</section>`
}

/** Those of its results, each once. */
export const settingsOf = (results: readonly Result[]): Markup[] =>
  [...new Set(results.map(settingsLine))].map(line => markup`<p class="conditions">${line}</p>`)

/** What must be known before it is believed. */
export const caveatOf = ({ caveat }: About): Markup | undefined =>
  caveat === undefined ? undefined : markup`<p class="key">${caveat}</p>`

/** Why a model has no like of it. */
export const withoutOf = ({ without }: About): Markup[] =>
  Object.entries(without).map(
    ([model, why]) => markup`<p class="without"><strong>${model}</strong> is not here: ${why}</p>`,
  )

/** The variants beside the first of each model, closed until they are asked for. */
function othersOf(
  about: About,
  models: readonly string[],
  results: readonly Result[],
  subjects: readonly ConfigurationResults[],
): Markup | undefined {
  const others = subjects.filter(({ isFirst }) => !isFirst)
  if (others.length === 0) return undefined
  return markup`<details><summary>Other variants: ${others.map(nameOf).join('; ')}</summary>${figureOf(about, 'scenario-variants', models, results, narrativeOf(others))}${table(`${about.title}: all variants`, subjects)}</details>`
}

/** Of repetitions the first is drawn, also where it was run again after the others. */
function groupsOf(results: readonly Result[], models: readonly string[], wanted: (nth: number) => boolean): Group[] {
  const ordered = results.toSorted((one, other) => (one.cell?.repeat ?? 0) - (other.cell?.repeat ?? 0))
  const drawn = models.flatMap(model => ordered.find(result => result.model === model) ?? [])
  return drawn
    .flatMap(result => result.variants.filter((_, nth) => wanted(nth)).map(each => groupOf(result, each, CURVES)))
    .filter(hasPast)
}

/** The model's own compositions, or those beside them. */
type Shown = 'scenario' | 'scenario-variants'

/** The models one above the other; undefined where nothing of them was drawn. @param sentences what to see in it */
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

const table = (title: string, subjects: readonly ConfigurationResults[]): Markup | undefined =>
  gridTable(`${title}: measures`, scenarioGrid(subjects), subjects.map(headOf))

/** Depths of single queues would hide what all models have. */
const CURVES = /^(backlog|open)$/

/** Its anchor, its verdict, and every check where it is opened. */
export function resultDetails(result: Result, anchors: Anchors): Markup {
  const { model, cell, verdict } = result
  const rate = cell ? `, ${cell.ordersPerSecond} orders/s` : ''
  const nth = cell && cell.repeat > 1 ? `, repetition ${cell.repeat}` : ''
  const name = markup`<span class="model ${accentOf(model)}">${model}</span>${rate}${nth}: ${verdictMark(verdict)}. `
  return markup`<div class="result" id="${anchors.get(result)}">${troubleOf(result)}${checksDetails(result, name)}</div>`
}

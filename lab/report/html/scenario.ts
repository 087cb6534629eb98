// One scenario of the comparison: the models one above the other on one axis of time, what to see in two sentences, and the
// measures beside each other.
import type { Result } from '#engine/run/summary.ts'
import {
  type About,
  type ConfigurationResults,
  configurationsOf,
  scenarioGrid,
  type ScenarioResults,
} from '../../comparison/repeated-measures.ts'
import { type Markup, markup } from '../charts/markup.ts'
import { accentOf } from '../charts/theme.ts'
import { type Group, type TimePicture, timeFigure } from '../charts/time-figure.ts'
import { measuredAgain, settingsLine } from '../terminal/report.ts'
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

export function scenarioSection(scenario: ScenarioResults, anchors: Anchors): Markup {
  const { about, results } = scenario
  const drawn = figureOf(scenario, 'scenario')
  // Where there is nothing to draw, what is compared are the configurations.
  const shown = drawn ? shownConfigurations(scenario, 'scenario') : configurationsOf(results, scenario.models)
  const table = configurationTable(about.title, shown)
  return markup`<section class="scenario" id="${scenarioAnchor(about.name)}"><h3>${about.title}</h3><p class="question">${about.asks}</p>${caveatOf(about)}${withoutOf(about)}
<div class="beside"><div>${drawn}</div>
<div class="measures">${table}</div></div>${drawn && othersOf(scenario)}${results.map(result => resultDetails(result, anchors))}${settingsOf(results)}</section>`
}

/** The settings of its results, each once, and what was measured again. */
export const settingsOf = (results: readonly Result[]): Markup[] =>
  [...new Set(results.map(settingsLine)), ...measuredAgain(results)].map(
    line => markup`<p class="conditions">${line}</p>`,
  )

/** What a reader must know to interpret the numbers. */
export const caveatOf = ({ caveat }: About): Markup | undefined =>
  caveat === undefined ? undefined : markup`<p class="key">${caveat}</p>`

/** The models that do not support it, and why. */
export const withoutOf = ({ without }: About): Markup[] =>
  Object.entries(without).map(
    ([model, why]) => markup`<p class="without"><strong>${model}</strong> was not run: ${why}</p>`,
  )

/** The variants beside the main one of each model, collapsed. */
function othersOf(scenario: ScenarioResults): Markup | undefined {
  const others = shownConfigurations(scenario, 'scenario-variants')
  if (others.length === 0) return undefined
  const all = configurationsOf(scenario.results, scenario.models)
  const table = configurationTable(`${scenario.about.title}: all variants`, all)
  return markup`<details><summary>Other variants: ${others.map(nameOf).join('; ')}</summary>${figureOf(scenario, 'scenario-variants')}${table}</details>`
}

/** The main configuration of each model, or the others. */
type Shown = 'scenario' | 'scenario-variants'

const shownConfigurations = ({ results, models }: ScenarioResults, shown: Shown): ConfigurationResults[] =>
  configurationsOf(results, models).filter(({ isMain }) => isMain === (shown === 'scenario'))

/** The first repetition is drawn, also where a resumed comparison ran it last. */
function groupsOf({ results, models }: ScenarioResults, shown: Shown): Group[] {
  const ordered = results.toSorted((one, other) => (one.cell?.repeat ?? 0) - (other.cell?.repeat ?? 0))
  const drawn = models.flatMap(model => ordered.find(result => result.model === model) ?? [])
  return drawn
    .flatMap(result => {
      const variants = shown === 'scenario' ? result.variants.slice(0, 1) : result.variants.slice(1)
      return variants.map(each => groupOf(result, each, CURVES))
    })
    .filter(hasTimeline)
}

/** The models one above the other; undefined where there is nothing to draw. */
export function scenarioPicture(scenario: ScenarioResults, shown: Shown): TimePicture | undefined {
  const groups = groupsOf(scenario, shown)
  if (groups.length === 0) return undefined
  const { name, title } = scenario.about
  const description = narrativeOf(shownConfigurations(scenario, shown)).join(' ')
  return timeFigure({ id: `${scenarioAnchor(name)}-${shown}`, title, description }, groups)
}

function figureOf(scenario: ScenarioResults, shown: Shown): Markup | undefined {
  const picture = scenarioPicture(scenario, shown)
  return picture && figure(shown, picture, narrativeOf(shownConfigurations(scenario, shown)))
}

const configurationTable = (title: string, configurations: readonly ConfigurationResults[]): Markup | undefined =>
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

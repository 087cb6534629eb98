// The section of the healthy runs: latencies at each rate, and the resources that they take. Differences are claimed only where
// the spreads of the repetitions do not touch.
import { CONDITIONS, isVoidNote } from '#engine/analysis/measures.ts'
import {
  repeatedMeasureOf,
  byRate,
  type ConfigurationResults,
  configurationsOf,
  scenarioGrid,
  type ScenarioResults,
} from '../../comparison/repeated-measures.ts'
import { medianLatencies } from '../../comparison/narrative.ts'
import { type Markup, markup } from '../charts/markup.ts'
import type { Picture } from '../charts/picture.ts'
import { type Cell, quantileFigure, type Strand } from '../charts/quantile-figure.ts'
import { accentOf } from '../charts/theme.ts'
import { type Anchors, scenarioAnchor, figure, gridTable, headOf } from './parts.ts'
import { caveatOf, resultDetails, settingsOf, withoutOf } from './scenario.ts'
import { ranked } from '../../comparison/differences.ts'

type Rate = { ordersPerSecond: number; configurations: ConfigurationResults[] }

/** Distinguishable without colour. */
const DASHES: readonly string[] = ['sync-rest', 'async-rabbitmq', 'streaming-kafka']

/** A panel for each: models are compared by known, between what each calls accepted and when its work is done. */
const LATENCIES = ['accepted', 'known', 'completed']

export function healthySection(scenario: ScenarioResults, anchors: Anchors): Markup {
  const { about, models, results } = scenario
  const rates = ratesOf(scenario)
  const picture = healthyPicture(scenario)
  const drawn = picture && figure('healthy', picture, medianLatencies(models, results))
  return markup`<section class="scenario" id="${scenarioAnchor(about.name)}"><h3>${about.title}</h3><p class="question">${about.asks}</p>${caveatOf(about)}${withoutOf(about)}${results.some(({ cell }) => (cell?.repeat ?? 1) > 1) && markup`<p class="key">The median of the repetitions, with their spread. &lt; is claimed only where the spreads do not touch; ≈ is indistinguishable; ? is unknown, because one value is only a lower bound.</p>`}${drawn}<div class="pair">${rates.map(costs)}</div>
<details><summary>All ${results.length} results with their checks</summary>${results.map(result => resultDetails(result, anchors))}</details>${settingsOf(results)}</section>`
}

const ratesOf = ({ models, results }: ScenarioResults): Rate[] =>
  byRate(results).map(([ordersPerSecond, own]) => ({ ordersPerSecond, configurations: configurationsOf(own, models) }))

/** Latency by share of the orders, a row for each rate; undefined where none was measured. */
export function healthyPicture(scenario: ScenarioResults): Picture | undefined {
  const { about, models, results } = scenario
  const rates = ratesOf(scenario)
  const all = rates.flatMap(({ configurations }) => configurations.flatMap(each => each.results))
  if (all.every(({ quantiles = [] }) => quantiles.length === 0)) return undefined
  const rows = rates.map(({ ordersPerSecond, configurations }) =>
    LATENCIES.map(
      (latency): Cell => ({
        name: `${ordersPerSecond}/s, ${latency}`,
        strands: configurations.filter(({ isMain }) => isMain).map(configuration => strandOf(configuration, latency)),
      }),
    ),
  )
  const id = `${scenarioAnchor(about.name)}-shares`
  const title = `${about.title}: latency by share of the orders`
  return quantileFigure({ id, title, description: medianLatencies(models, results).join(' ') }, rows)
}

/** Where a repetition has no figure at all there is no line and no number. */
function strandOf(configuration: ConfigurationResults, latency: string): Strand {
  const { model, variant, results } = configuration
  const runs = results.flatMap(({ quantiles = [] }) =>
    quantiles.filter(each => each.variant === variant && each.latency === latency && each.points.length > 0),
  )
  return {
    name: model,
    accent: accentOf(model),
    dash: Math.max(0, DASHES.indexOf(model)),
    runs: runs.length < results.length ? [] : runs.map(({ points }) => points),
    lacking: isVoidNote(repeatedMeasureOf(configuration, `${latency} p50`)?.note) ? 'void' : 'too few orders',
  }
}

/** The measures of each model, and the differences that are larger than the spread. */
function costs({ ordersPerSecond, configurations }: Rate): Markup {
  const grid = scenarioGrid(configurations)
  const main = configurations.filter(({ isMain }) => isMain)
  const differences = grid.heads
    // That an order was accepted is another promise in each model.
    .filter(({ name }) => !name.startsWith('accepted') && !CONDITIONS.includes(name))
    .map(({ name }) => ({ name, chain: ranked(main, name) }))
    .filter(({ chain }) => chain !== '')
    .map(({ name, chain }) => markup`<dt>${name}</dt><dd>${chain}</dd>`)
  const label = `At ${ordersPerSecond} orders a second`
  return markup`<div><h4>${label}</h4>${gridTable(label, grid, configurations.map(headOf))}<dl class="differences">${differences}</dl></div>`
}

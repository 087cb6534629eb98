// The picture and the page of a search, from its file alone.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CapacityCurve, type CapacityPoint, capacityFigure } from '../report/charts/capacity-figure.ts'
import { type Markup, markup } from '../report/charts/markup.ts'
import { fileOf, type Picture } from '../report/charts/picture.ts'
import { accentOf } from '../report/charts/theme.ts'
import { documentOf } from '../report/html/document.ts'
import { figure, scrollingTable, verdictMark } from '../report/html/parts.ts'
import { writing } from '../session/run-folder.ts'
import { machineText } from '../session/run-facts.ts'
import type { CapacityFile, ModelCapacity, Probe } from './capacity-file.ts'
import { beyondText, percentText, PROBE_HEADS, probeCells, rateText, sentenceOf } from './text.ts'

/** Returns the path of the page. @throws Error in one sentence */
export function writeCapacityPage(file: CapacityFile, folder: string): string {
  const [picture, page] = [join(folder, 'capacity.svg'), join(folder, 'capacity.html')]
  writing(picture, () => writeFileSync(picture, fileOf(capacityPicture(file))))
  writing(page, () => writeFileSync(page, capacityPage(file)))
  return page
}

export function capacityPicture({ results }: CapacityFile): Picture {
  const found = results.map(({ model, sustained, verdict }) =>
    sustained === null ? `${model}: none found` : `${model} ${rateText(sustained)} (${verdict})`,
  )
  return capacityFigure(
    {
      id: 'capacity',
      title: 'Latency by rate, up to the greatest that is sustained',
      description: `Latency until the outcome is known, median and 99th percentile, by orders a second. Sustained at most: ${found.join(', ')}.`,
    },
    results.map(curveOf),
  )
}

function curveOf({ model, sustained, notSustained, probes, verdict }: ModelCapacity): CapacityCurve {
  // Behind the knee latencies say how long the probe was.
  const shown = probes.filter(({ ordersPerSecond }) => ordersPerSecond <= (notSustained ?? Infinity))
  const points = (name: 'p50' | 'p99', spread: 'knownP50' | 'knownP99'): CapacityPoint[] =>
    shown.flatMap(({ ordersPerSecond, latencies, spread: spreads }: Probe) => {
      const { ms } = latencies.known[name]
      return ms === null ? [] : [{ rate: ordersPerSecond, ms, ...spreads[spread] }]
    })
  return {
    model,
    accent: accentOf(model),
    p50: points('p50', 'knownP50'),
    p99: points('p99', 'knownP99'),
    capacity: sustained,
    verdict,
  }
}

export function capacityPage(file: CapacityFile): string {
  const { run, startedAt, seed, budget, machine, results } = file
  return documentOf(
    run,
    markup`<header><p class="kicker">Communication Models Lab</p><h1>The greatest rate that is sustained</h1>
<p class="lead">Orders a second that a model takes on this machine without turning any away and without falling behind${budget !== null && ` or leaving the budget ${budget}`}, and what limits it.</p>
<p class="provenance">Run ${run}, ${startedAt.slice(0, 10)}; seed ${seed}; ${machineText(machine)}.</p></header>
<main id="main">${figure('capacity', capacityPicture(file), [])}
<p class="key">Dots are probes; bars the least and the most of their single seconds; a broken upright line is the greatest rate that is sustained, with its verdict. With ≤ the load was late by a part of the latency.</p>${results.map(result => section(result, machine.cores))}</main>`,
  )
}

function section(result: ModelCapacity, cores: number): Markup {
  const { model, configuration, durability, verdict, probes, beyond, limiter } = result
  const all = [
    ...probes.toSorted((one, other) => one.ordersPerSecond - other.ordersPerSecond),
    ...(beyond ? [beyond.probe] : []),
  ]
  const rows = all.map(
    probe =>
      markup`<tr>${probeCells(probe).map(cell => markup`<td>${cell}</td>`)}<td>${probe.reasons.join('; ')}</td></tr>`,
  )
  return markup`<section class="result"><p class="kicker ${accentOf(model)}">${model}</p><h2>${configuration}</h2>
<p>${verdictMark(verdict)} ${sentenceOf(result, cores)}</p>${beyond ? markup`<p>${beyondText(model, beyond)}</p>` : undefined}
<p class="aside">An accepted order is ${durability}.</p>
${scrollingTable(`Probes of ${model}`, [...PROBE_HEADS, 'why not'], rows, 'probes')}${limiter ? limiterTable(model, limiter) : undefined}</section>`
}

function limiterTable(model: string, { utilizations }: NonNullable<ModelCapacity['limiter']>): Markup {
  const rows = utilizations.map(
    ({ resource, share, detail }) =>
      markup`<tr><th scope="row">${resource}</th><td>${percentText(share)}</td><td>${detail}</td></tr>`,
  )
  return scrollingTable(`Utilizations of ${model}`, ['busy part', 'share', 'how it is known'], rows)
}

// The page of one experiment: what it asked, its table, its pictures, its sentences, its verdict and every check.
import type { Result } from '#common/experiment/summary.ts'
import { type Markup, markup } from '../draw/markup.ts'
import { type Cell, quantileFigure } from '../draw/quantile-figure.ts'
import { accentOf } from '../draw/theme.ts'
import { timeFigure } from '../draw/time-figure.ts'
import { conditions } from '../render/conditions.ts'
import { gridOf } from '../render/grid.ts'
import { groupOf, hasPast } from './groups.ts'
import { checksDetails, figure, gridTable, troubleOf, verdictMark } from './parts.ts'

const PANELS_IN_A_ROW = 3

/** @param id its anchor */
export function experimentSection(result: Result, id: string): Markup {
  const { model, title, question, variants, explanation, verdict } = result
  const abouts = variants.map(({ name, about, leftOut }) => {
    const aside = leftOut !== undefined && markup` <span class="aside">Left out on purpose: ${leftOut}.</span>`
    return markup`<dt>${name}</dt><dd>${about}${aside}</dd>`
  })
  const sentences = explanation.map(text => markup`<p>${text}</p>`)
  return markup`<section class="result" id="${id}" data-model="${model}">
<p class="kicker ${accentOf(model)}">${model}</p><h3>${title} ${verdictMark(verdict)}</h3><p class="question">${question}</p>${troubleOf(result)}
<div class="sentences">${sentences}</div>${abouts.length > 0 && markup`<dl class="variants">${abouts}</dl>`}
${gridTable(`${title}: measures`, gridOf(result))}${overTime(result, id)}${byShare(result, id)}
<p class="conditions">${conditions(result)}</p>${checksDetails(result)}</section>`
}

function overTime(result: Result, id: string): Markup | undefined {
  const groups = result.variants.map(variant => groupOf(result, variant)).filter(hasPast)
  if (groups.length === 0) return undefined
  const title = `${result.title}, over time`
  const deepest = groups.map(({ name, curves }) => {
    const most = (curves.find(curve => curve.name === 'backlog')?.points ?? []).reduce(
      (high, [, n]) => Math.max(high, n),
      0,
    )
    return `${name}: at most ${most.toLocaleString('en-US')} orders were placed and not yet decided.`
  })
  return figure('time', timeFigure({ id: `${id}-time`, title, description: deepest.join(' ') }, groups), [
    'Shaded: from a fault to its heal; dashed: a moment at which something was done. The number at a curve is its highest value; what a broker said was sampled, so it may have been passed.',
  ])
}

/** A panel a variant: its latencies beside each other. */
function byShare({ model, title, variants, quantiles = [] }: Result, id: string): Markup | undefined {
  const latencies = [...new Set(quantiles.map(({ latency }) => latency))]
  const cells = variants.flatMap(({ name }): Cell[] => {
    const strands = latencies.flatMap((latency, dash) => {
      const points = quantiles.find(each => each.variant === name && each.latency === latency)?.points ?? []
      return points.length === 0
        ? []
        : [{ name: latency.replace('accepted un', 'un'), accent: accentOf(model), dash, runs: [points] }]
    })
    return strands.length === 0 ? [] : [{ name, strands }]
  })
  if (cells.length === 0) return undefined
  const rows = [
    ...Map.groupBy(
      cells.map((cell, nth) => ({ cell, row: Math.floor(nth / PANELS_IN_A_ROW) })),
      each => each.row,
    ),
  ]
  const picture = quantileFigure(
    { id: `${id}-shares`, title: `${title}: latency by share of the orders`, description: cells.map(endOf).join(' ') },
    rows.map(([, row]) => row.map(({ cell }) => cell)),
  )
  return figure('shares', picture, [
    'From left to right ever fewer orders took longer: half of them right of 50 %, one in a hundred right of 99. Uncorrected counts from when an order was really sent, the others from when it was to be sent.',
  ])
}

function endOf({ name, strands }: Cell): string {
  const said = strands.map(({ name: latency, runs }) => {
    const [share, ms] = runs[0]?.at(-1) ?? [0, 0]
    return `${latency} ${ms.toFixed(1)} ms at ${(share * 100).toFixed(1)} %`
  })
  return `${name}: ${said.join(', ')}.`
}

// The page of one experiment: what it asked, its table, its pictures, its sentences, its verdict and every check.
import type { Result } from '#common/experiment/summary.ts'
import { type Markup, markup } from '../draw/markup.ts'
import { type Cell, quantileFigure } from '../draw/quantile-figure.ts'
import { accentOf } from '../draw/theme.ts'
import { conditions } from '../render/conditions.ts'
import { gridOf } from '../render/grid.ts'
import { checksDetails, figure, gridTable, troubleOf, verdictMark } from './parts.ts'
import { pastPicture } from './past.ts'

const PANELS_IN_A_ROW = 3
/** So many columns stand beside the pictures. */
const NARROW = 2

/** @param id its anchor */
export function experimentSection(result: Result, id: string): Markup {
  const { model, title, question, variants, explanation, verdict } = result
  const abouts = variants.map(({ name, about, leftOut }) => {
    const aside = leftOut !== undefined && markup` <span class="aside">Left out on purpose: ${leftOut}.</span>`
    return markup`<dt>${name}</dt><dd>${about}${aside}</dd>`
  })
  const isNarrow = variants.length <= NARROW
  const table = gridTable(`${title}: measures`, gridOf(result))
  const pictures = [overTime(result, id) ?? '', byShare(result, id) ?? '']
  const sentences = explanation.map(text => markup`<p>${text}</p>`)
  return markup`<section class="result" id="${id}" data-model="${model}">
<p class="kicker ${accentOf(model)}">${model}</p><h3>${title} ${verdictMark(verdict)}</h3><p class="question">${question}</p>${troubleOf(result)}
<div class="sentences">${sentences}</div>${abouts.length > 0 && markup`<dl class="variants">${abouts}</dl>`}
${isNarrow ? markup`<div class="beside"><div>${pictures}</div><div>${table}</div></div>` : markup`${table}${pictures}`}
<p class="conditions">${conditions(result)}</p>${checksDetails(result)}</section>`
}

function overTime(result: Result, id: string): Markup | undefined {
  const picture = pastPicture(result, `${id}-time`)
  return picture && figure('time', picture, [])
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
  return figure('shares', picture, [])
}

function endOf({ name, strands }: Cell): string {
  const said = strands.map(({ name: latency, runs }) => {
    const [share, ms] = runs[0]?.at(-1) ?? [0, 0]
    return `${latency} ${ms.toFixed(1)} ms at ${(share * 100).toFixed(1)} %`
  })
  return `${name}: ${said.join(', ')}.`
}

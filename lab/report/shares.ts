// Latency by share of the orders, corrected beside uncorrected, as a picture of an experiment.
import type { Result } from '#common/experiment/summary.ts'
import type { Picture } from '../draw/picture.ts'
import { type Cell, quantileFigure } from '../draw/quantile-figure.ts'
import { accentOf } from '../draw/theme.ts'

const PANELS_IN_A_ROW = 3

/** A panel a variant, its latencies beside each other; undefined where there are none. @param id unique in the page */
export function sharesPicture({ model, title, variants, quantiles = [] }: Result, id: string): Picture | undefined {
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
  return quantileFigure(
    { id, title: `${title}: latency by share of the orders`, description: cells.map(endOf).join(' ') },
    rows.map(([, row]) => row.map(({ cell }) => cell)),
  )
}

function endOf({ name, strands }: Cell): string {
  const said = strands.map(({ name: latency, runs }) => {
    const [share, ms] = runs[0]?.at(-1) ?? [0, 0]
    return `${latency} ${ms.toFixed(1)} ms at ${(share * 100).toFixed(1)} %`
  })
  return `${name}: ${said.join(', ')}.`
}

/**
 * Interleaved pairs: lab, reference, lab, reference and so on, so that whatever else the machine does affects both. A round before
 * the first is not counted.
 *
 * The ratio is computed within each pair, and the median of the ratios is reported. Where the spreads of the two sides (least to
 * most) overlap, they are indistinguishable; where the goal lies within the spread of the ratios, it is open whether it is met.
 */
import type { FigureResult, RowResult } from './bench-file.ts'
import type { Figure, Goal, Row, RowContext } from './row.ts'
import { watchOthers } from '#host/cpu-of-others.ts'
import { watchIdle } from '#host/machine-idle.ts'

const ROUNDS = 5
const QUICK_ROUNDS = 2

type Spread = { median: number; least: number; most: number }

/** Errors of the row are its result; only an interruption is thrown. */
export async function measureRow(row: Row, context: RowContext): Promise<RowResult> {
  const othersCores = watchOthers()
  try {
    const measured = await measurePairs(row, context)
    return { row: row.name, ...measured, othersCores: othersCores() ?? null }
  } catch (error) {
    context.signal.throwIfAborted()
    const notMeasured = error instanceof Error ? error.message : String(error)
    return { row: row.name, notMeasured, figures: [], othersCores: null, idle: { lab: [], reference: [] } }
  }
}

async function measurePairs(row: Row, context: RowContext): Promise<Pick<RowResult, 'figures' | 'cores' | 'idle'>> {
  const { signal, quick, progress } = context
  const rounds = quick ? QUICK_ROUNDS : ROUNDS
  const figures = row.figures.map(figure => ({ ...figure, lab: [] as number[], reference: [] as number[] }))
  const cores: RowResult['cores'] = Object.fromEntries((row.cores ?? []).map(name => [name, []]))
  const idle: RowResult['idle'] = { lab: [], reference: [] }
  progress(`${row.name}: starting`)
  const ends = new AsyncDisposableStack()
  try {
    const sides = await row.open({ ...context, ends })
    for (let round = 0; round <= rounds; round++) {
      for (const side of ['lab', 'reference'] as const) {
        signal.throwIfAborted()
        const idleShare = watchIdle()
        const values = await sides[side](`${round}`)
        signal.throwIfAborted()
        const share = idleShare()
        progress(`${row.name}: ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}, ${side} ${textOf(values)}`)
        if (round === 0) continue
        for (const figure of figures) figure[side].push(valueOf(values, figure))
        if (side === 'lab')
          for (const [name, used] of Object.entries(cores)) if (values[name] !== undefined) used.push(values[name])
        if (share !== undefined) idle[side].push(share)
      }
    }
    return { figures, cores, idle }
  } finally {
    await ends.disposeAsync()
  }
}

const textOf = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
    .join(', ')

function valueOf(values: Readonly<Record<string, number>>, { name }: Figure): number {
  const value = values[name]
  if (value === undefined || !(value > 0)) throw new Error(`A round gave no ${name}.`)
  return value
}

/** @throws RangeError when there are no values */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other)
  const [least, most] = [sorted[0], sorted.at(-1)]
  if (least === undefined || most === undefined) throw new RangeError('There is no spread of no values.')
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1)
  return { median: middle.reduce((sum, value) => sum + value, 0) / middle.length, least, most }
}

export type Finding = {
  lab: Spread
  reference: Spread
  ratio: Spread
  indistinguishable: boolean
  goal: 'met' | 'missed' | 'open'
}

/** @throws RangeError when there are no pairs */
export function compare({ lab, reference, goal }: FigureResult): Finding {
  const sides = { lab: spreadOf(lab), reference: spreadOf(reference) }
  const ratio = spreadOf(lab.map((value, pair) => value / (reference[pair] ?? Number.NaN)))
  const indistinguishable = sides.lab.least <= sides.reference.most && sides.reference.least <= sides.lab.most
  return { ...sides, ratio, indistinguishable, goal: judge('labAtMost' in goal ? sides.lab : ratio, goal) }
}

function judge(spread: Spread, goal: Goal): Finding['goal'] {
  const most = 'labAtMost' in goal ? goal.labAtMost : 'atMost' in goal ? goal.atMost : Infinity
  const meets = (value: number) => value <= most && value >= ('atLeast' in goal ? goal.atLeast : 0)
  if (meets(spread.least) !== meets(spread.most)) return 'open'
  return meets(spread.least) ? 'met' : 'missed'
}

// The orders of a variant for a picture of each: when it was to start, how long until its answer, how long until it was
// completed, and what the answer was. Above 2,000 orders they are counted in boxes, so that a result stays small.
import type { History } from '../run/history.ts'
import { completedNs, isCompleted, orderTimelines, type OrderTimeline } from './order-timeline.ts'
import { kindOf } from './measures.ts'
import type { Orders } from '../run/summary.ts'

const MOST_POINTS = 2_000
const COLUMNS = 120
const ROWS_PER_DECADE = 8

type Point = NonNullable<Orders['points']>[number]
type Boxes = NonNullable<Orders['density']>['accepted']

export function ordersOf(variant: string, history: History): Orders {
  const asked = orderTimelines(history, { all: true }).filter(({ attempt }) => attempt)
  const kinds = [...new Set(asked.map(kindOfLife))].sort()
  const points = asked.map((life): Point => [...timesOf(life, history), kinds.indexOf(kindOfLife(life))])
  const answers = kinds.map((kind, index) => ({ kind, perSecond: perSecond(points, index) }))
  const drawn = points.length <= MOST_POINTS ? { points } : { density: densityOf(points) }
  return { variant, kinds, ...drawn, answers }
}

const kindOfLife = ({ attempt }: OrderTimeline): string => (attempt ? kindOf(attempt.answer) : '')
const round = (value: number): number => Math.round(value * 1_000) / 1_000

function timesOf(life: OrderTimeline, { originNs, clocksAgree }: History): [number, number | null, number | null] {
  const { attempt } = life
  const plannedNs = attempt?.plannedNs ?? originNs
  const answeredNs = attempt?.answeredNs
  // An order that nobody placed was never completed, whatever it was answered; nor was one that failed though nobody
  // demanded it.
  const isDone = clocksAgree && life.placedNs !== undefined && isCompleted(life)
  const doneNs = isDone ? completedNs(life) : undefined
  const after = (ns: number | undefined) => (ns === undefined ? null : round((ns - plannedNs) / 1e6))
  return [round((plannedNs - originNs) / 1e9), after(answeredNs), after(doneNs)]
}

function perSecond(points: readonly Point[], kind: number): [number, number][] {
  const counts = new Map<number, number>()
  for (const [seconds, , , itsKind] of points) {
    if (itsKind !== kind) continue
    const second = Math.floor(seconds)
    counts.set(second, (counts.get(second) ?? 0) + 1)
  }
  return [...counts].sort(([one], [other]) => one - other)
}

function densityOf(points: readonly Point[]): Orders['density'] {
  const seconds = points.reduce((last, [at]) => Math.max(last, at), 0)
  const secondsPerColumn = round(Math.max(0.05, seconds / COLUMNS))
  const boxes = (msOf: (point: Point) => number | null): Boxes => {
    const counts = new Map<string, Boxes[number]>()
    for (const point of points) {
      const ms = msOf(point)
      if (ms === null) continue
      const column = Math.floor(point[0] / secondsPerColumn)
      const row = Math.floor(Math.log10(Math.max(ms, 0.01)) * ROWS_PER_DECADE)
      const box = counts.get(`${column},${row}`) ?? [column, row, 0]
      box[2]++
      counts.set(`${column},${row}`, box)
    }
    return [...counts.values()]
  }
  return {
    secondsPerColumn,
    rowsPerDecade: ROWS_PER_DECADE,
    accepted: boxes(([, accepted]) => accepted),
    completed: boxes(([, , completed]) => completed),
  }
}

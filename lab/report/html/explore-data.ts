// What the report's script knows of a picture over time: where its axes are, the curves and answers at each moment, and the timeline
// of each order where a history is there. Guarantees that it is no markup, whatever the texts in it: it is compressed, and in letters
// of base64.
import { deflateRawSync } from 'node:zlib'
import type { Frame } from '../charts/time-figure.ts'
import { type Markup, markup } from '../charts/markup.ts'

const dataOf = ({ left, right, seconds, groups }: Frame) => ({
  left,
  right,
  seconds,
  groups: groups.map(({ top, bottom, latency, shown: { name, curves, orders } }) => ({
    name,
    top,
    bottom,
    latency,
    curves: curves.map(({ name, unit, points }) => ({ name, unit, points })),
    answers: orders?.answers ?? [],
    timelines: orders?.timelines,
  })),
})
export type ExploreData = ReturnType<typeof dataOf>

export function exploreData(frame: Frame): Markup {
  const packed = deflateRawSync(JSON.stringify(dataOf(frame)), { level: 9 }).toString('base64')
  return markup`<script type="text/plain">${packed}</script>`
}

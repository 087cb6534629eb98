// Scales: from values to pixels, with the ticks that a reader expects. A scale without extent is widened, so that no
// position is ever undefined.

export type Tick = { value: number; label: string }
export type Scale = { at(value: number): number; ticks: readonly Tick[]; from: number; to: number }
type Range = { from: number; to: number }

/** From 0 to `top`; ticks at 1, 2 or 5 times a power of ten, as many as `count` at most. @param say the label of one */
export function linear(top: number, range: Range, count = 4, say = plainly): Scale {
  const end = top > 0 ? top : 1
  const step = stepOf(end, count)
  const ticks = Array.from({ length: Math.floor(end / step + EDGE) + 1 }, (_, nth) => {
    const value = Number((nth * step).toPrecision(12))
    return { value, label: say(value) }
  })
  return { at: value => range.from + (value / end) * (range.to - range.from), ticks, from: 0, to: end }
}

/** What a sum of tenths may miss. */
const EDGE = 1e-9
const plainly = (value: number): string => value.toLocaleString('en-US')

function stepOf(end: number, count: number): number {
  const power = 10 ** Math.floor(Math.log10(end / count))
  return power * ([1, 2, 5].find(factor => Math.floor(end / (factor * power) + EDGE) <= count) ?? 10)
}

/** Half decades around the values, in milliseconds, with ticks at whole ones. @param values those above 0 count */
export function logarithmic(values: readonly number[], range: Range): Scale {
  const { least, most } = extentOf(values.filter(value => value > 0))
  const first = Math.floor(2 * Math.log10(least) + EDGE) / 2
  const last = Math.max(first + 1, Math.ceil(2 * Math.log10(most) - EDGE) / 2)
  const whole = Math.ceil(first)
  const ticks = Array.from({ length: Math.floor(last) - whole + 1 }, (_, nth) => ({
    value: 10 ** (whole + nth),
    label: milliseconds(10 ** (whole + nth)),
  }))
  const place = (value: number) => (Math.log10(Math.max(value, 10 ** first)) - first) / (last - first)
  return { at: value => range.from + place(value) * (range.to - range.from), ticks, from: 10 ** first, to: 10 ** last }
}

function extentOf(values: readonly number[]): { least: number; most: number } {
  const least = values.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY)
  const most = values.reduce((one, other) => Math.max(one, other), 0)
  return most > 0 ? { least, most } : { least: 1, most: 1_000 }
}

/** `0`, `0.1 ms`, `10 ms`, `1 s`. */
export function milliseconds(ms: number): string {
  if (ms === 0) return '0'
  if (ms < 1_000) return `${Number(ms.toPrecision(3))} ms`
  return `${Number((ms / 1_000).toPrecision(3)).toLocaleString('en-US')} s`
}

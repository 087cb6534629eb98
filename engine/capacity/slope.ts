/**
 * Whether a backlog grows: the slope of its mean over time, with an interval of confidence.
 *
 * A backlog is no series of independent samples: what waits now waited a moment ago. So the window is cut into blocks, and the line
 * is drawn through the means of the blocks, which depend little on each other where a block is longer than a backlog remembers
 * (batch means: A. M. Law, "Simulation Modeling and Analysis", 5th edition, 2015, section 9.5.3). The interval is that of a least-squares slope
 * with Student's t (the same, appendix 4B gives the quantiles).
 * Not guaranteed: the coverage close to saturation. There a queue remembers for longer than a block, the interval is too narrow, and
 * a probe may be called growing that is not; the search repeats such a probe before it counts.
 */

/** A stretch of time in seconds; `to` is Infinity for what has not ended. */
export type Stretch = { from: number; to: number }

/** In units a second, with the two ends of its 95 % confidence interval. */
export type Slope = { perSecond: number; low: number; high: number }

export const BLOCKS = 10
/** The 97.5 % quantile of Student's t with `BLOCKS` - 2 degrees of freedom. */
const T = 2.306

/** How many of the stretches were going on, on average, in each of the blocks of the window. */
export function blockMeans(stretches: Iterable<Stretch>, window: Stretch, blocks = BLOCKS): number[] {
  const length = (window.to - window.from) / blocks
  const sums = Array.from({ length: blocks }, () => 0)
  for (const { from, to } of stretches) {
    const [begin, end] = [Math.max(from, window.from), Math.min(to, window.to)]
    for (let block = blockOf(begin); block < blocks && window.from + block * length < end; block++) {
      const [first, last] = [window.from + block * length, window.from + (block + 1) * length]
      sums[block] = (sums[block] ?? 0) + Math.max(0, Math.min(end, last) - Math.max(begin, first))
    }
  }
  return sums.map(sum => sum / length)

  function blockOf(at: number): number {
    return Math.max(0, Math.floor((at - window.from) / length))
  }
}

/** Of the line through the means of `BLOCKS` blocks, each so long. @throws RangeError where there are more or fewer */
export function slopeOf(means: readonly number[], blockSeconds: number): Slope {
  if (means.length !== BLOCKS) throw new RangeError(`A slope is taken of ${BLOCKS} blocks, not of ${means.length}.`)
  const at = (block: number) => (block - (BLOCKS - 1) / 2) * blockSeconds
  const mean = means.reduce((sum, each) => sum + each, 0) / BLOCKS
  const [spread, along] = means.reduce(
    ([squares, products], each, block) => [squares + at(block) ** 2, products + at(block) * (each - mean)],
    [0, 0],
  )
  const perSecond = along / spread
  const residual = means.reduce((sum, each, block) => sum + (each - mean - perSecond * at(block)) ** 2, 0)
  const margin = T * Math.sqrt(residual / (BLOCKS - 2) / spread)
  return { perSecond, low: perSecond - margin, high: perSecond + margin }
}

/** Of the rate: so little more waits each second that the rate is less than a hundredth above what is completed. */
const LITTLE = 0.01
/** Of the rate: what a slope may be at most where it is called flat. */
const MUCH = 0.1

/**
 * `grows`: the whole interval is above zero, and the slope is not little. `unclear`: it is so wide that a slope of a tenth of the rate
 * is in it, as on a machine that does something else now and then. @param rate of what comes
 */
export function trendOf({ perSecond, low, high }: Slope, rate: number): 'grows' | 'flat' | 'unclear' {
  if (low > 0 && perSecond > LITTLE * rate) return 'grows'
  return high < MUCH * rate ? 'flat' : 'unclear'
}

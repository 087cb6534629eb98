// Samples what the broker says of its depths, twice a second, while a variant runs.
import { monotonicNs } from '../kit/clock.ts'
import type { Sample } from './history.ts'
import type { Link } from './model.ts'

const SAMPLE_MS = 500

export function sampleDepths(link: Link, { on }: { on: boolean }): { samples: Sample[]; stop(): void } {
  const samples: Sample[] = []
  if (!on) return { samples, stop() {} }
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    const atNs = monotonicNs()
    // A broker that does not answer leaves a gap in the curve.
    link
      .depths()
      .then(depths => samples.push({ atNs, depths }))
      .catch(() => {})
      .finally(() => (busy = false))
  }, SAMPLE_MS)
  return { samples, stop: () => clearInterval(timer) }
}

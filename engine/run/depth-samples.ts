// Samples what the broker says of its depths, twice a second, while a variant runs, and once more at its end.
import type { Sample } from './history.ts'
import type { BrokerInspector } from '../experiment/model.ts'

const SAMPLE_MS = 500

export type Sampling = {
  samples: Sample[]
  /** The last sample: what the broker says when all is quiet. */
  finish(): Promise<void>
  stop(): void
}

export function sampleDepths(link: BrokerInspector, { on, nowNs }: { on: boolean; nowNs(): number }): Sampling {
  const samples: Sample[] = []
  if (!on) return { samples, finish: async () => {}, stop() {} }
  let asking: Promise<void> | undefined
  const ask = async (): Promise<void> => {
    const atNs = nowNs()
    // A broker that does not answer leaves a gap in the curve.
    await link.depths().then(
      depths => void samples.push({ atNs, depths }),
      () => {},
    )
    asking = undefined
  }
  const timer = setInterval(() => void (asking ??= ask()), SAMPLE_MS)
  return {
    samples,
    async finish() {
      clearInterval(timer)
      await asking
      await ask()
    },
    stop: () => clearInterval(timer),
  }
}

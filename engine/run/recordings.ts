// What is recorded while a variant runs: the depths that the broker reports, and how often each fault was injected.
import type { Sample } from './history.ts'
import type { BrokerInspector } from '../experiment/model.ts'
import type { FaultsView } from '#common/contracts/http.ts'
import { getJson } from './http.ts'
import type { Runtime } from '../experiment/runtime.ts'

const SAMPLE_MS = 500

export type Sampling = {
  samples: Sample[]
  /** The last sample: what the broker reports when the system is quiescent. */
  finish(): Promise<void>
  stop(): void
}

/** Samples twice a second, and once more at the end. */
export function sampleDepths(link: BrokerInspector, { on, nowNs }: { on: boolean; nowNs(): number }): Sampling {
  const samples: Sample[] = []
  if (!on) return { samples, finish: async () => {}, stop() {} }
  let sampling: Promise<void> | undefined
  const sample = async (): Promise<void> => {
    const atNs = nowNs()
    // A broker that does not answer leaves a gap in the curve.
    await link.depths().then(
      depths => void samples.push({ atNs, depths }),
      () => {},
    )
    sampling = undefined
  }
  const timer = setInterval(() => void (sampling ??= sample()), SAMPLE_MS)
  return {
    samples,
    async finish() {
      clearInterval(timer)
      await sampling
      await sample()
    },
    stop: () => clearInterval(timer),
  }
}

type InjectionCounts = {
  views: Record<string, FaultsView>
  /** Adds the injections that a service has counted since its start. Call it once for each process. */
  record(service: string): Promise<void>
}

/** Counts over the deaths of the process that counts: read before a service is killed, and at the end. */
export function countInjections(runtime: Runtime): InjectionCounts {
  const views: Record<string, FaultsView> = {}
  return {
    views,
    async record(service) {
      // A service that is down or hangs has nothing more to report.
      const view = (await getJson(`${runtime.url(service)}/faults`).catch(() => undefined)) as FaultsView | undefined
      if (view) views[service] = addInjections(views[service], view)
    },
  }
}

function addInjections(before: FaultsView | undefined, now: FaultsView): FaultsView {
  const add = ([name, { setting, injections }]: [string, FaultsView[string]]) =>
    [name, { setting, injections: injections + (before?.[name]?.injections ?? 0) }] as const
  return Object.fromEntries(Object.entries(now).map(add))
}

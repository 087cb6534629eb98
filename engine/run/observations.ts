// What is read from services and brokers while a variant runs: the progress that conditions of a timeline wait for, the depths
// that the broker reports, and how often each fault was injected.
import { Type } from '#common/contracts/type.ts'
import type { FaultsView } from '#common/contracts/http.ts'
import { parse } from '#common/contracts/parse.ts'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'
import type { Progress } from '../experiment/steps.ts'
import type { LoadProgress } from '../load/attempt.ts'
import type { Sample } from './history.ts'
import { getJson } from './http.ts'

const AnyPage = Type.Object({
  rows: Type.Array(Type.Object({ seq: Type.Integer() })),
  next: Type.Union([Type.Integer(), Type.Null()]),
})

export type ProgressProbe = { probe(): Promise<Progress>; started(progress: LoadProgress): void; loadDone(): void }

type Options = { model: Model; runtime: Runtime; inspector: BrokerInspector; nowNs(): number }

export function createProgressProbe({ model, runtime, inspector, nowNs }: Options): ProgressProbe {
  let progress: LoadProgress | undefined
  let done = false
  const decided = countRows(() => `${runtime.url(model.evidence.inventory)}/inventory/decisions`)
  const notified = countRows(() => `${runtime.url(model.evidence.notifications)}/notifications`)
  return {
    started: latest => void (progress = latest),
    loadDone: () => void (done = true),
    async probe() {
      const [decisions, notifications, depths, deadLetters] = await Promise.all([
        decided(),
        notified(),
        inspector.depths().catch(() => ({})),
        inspector.deadLetters().catch(() => []),
      ])
      return {
        elapsedMs: progress ? (nowNs() - progress.originNs) / 1e6 : 0,
        loadDone: done,
        started: progress?.started ?? 0,
        decided: decisions,
        notified: notifications,
        deadLetters: deadLetters.length,
        depths,
        running: runtime.running,
        deaths: runtime.deaths,
      }
    },
  }
}

/** Counts the rows of a paged route, reading only those that are new. A service that is down keeps its last count. */
function countRows(url: () => string): () => Promise<number> {
  let count = 0
  let after = 0
  return async () => {
    try {
      for (;;) {
        const page = parse(AnyPage, await getJson(`${url()}?after=${after}&limit=1000`))
        count += page.rows.length
        after = page.rows.at(-1)?.seq ?? after
        if (page.next === null) break
      }
    } catch {
      // It is being killed or started: the next probe reads on.
    }
    return count
  }
}

const SAMPLE_MS = 500

export type Sampling = {
  samples: Sample[]
  /** The last sample: what the broker reports when the system is quiescent. */
  finish(): Promise<void>
  stop(): void
}

/** Samples twice a second, and once more at the end. */
export function sampleDepths(inspector: BrokerInspector, { on, nowNs }: { on: boolean; nowNs(): number }): Sampling {
  const samples: Sample[] = []
  if (!on) return { samples, finish: async () => {}, stop() {} }
  let sampling: Promise<void> | undefined
  const sample = async (): Promise<void> => {
    const atNs = nowNs()
    // A broker that does not answer leaves a gap in the curve.
    await inspector.depths().then(
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

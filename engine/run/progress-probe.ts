// What conditions of a timeline can see while a variant runs: counts read forward from the evidence, a page at a time.
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'
import { getJson } from './http.ts'
import type { LoadProgress } from '../load/attempt.ts'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'
import type { Progress } from '../experiment/steps.ts'

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

/** Counts a paged route's rows, asking only for what is new. A service that is down has what it last had. */
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
      // It is being killed or started: the next look asks again.
    }
    return count
  }
}

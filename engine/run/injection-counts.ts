// How often each fault bit, over the deaths of the process that counts it: read before a service is killed, and at the end.
import type { FaultsView } from '#common/contracts/http.ts'
import { getJson } from './http.ts'
import type { Runtime } from '../experiment/runtime.ts'

type FaultMemory = {
  views: Record<string, FaultsView>
  /** Adds what a service has counted since its start. Call it once in the life of each process. */
  remember(service: string): Promise<void>
}

export function recordInjections(runtime: Runtime): FaultMemory {
  const views: Record<string, FaultsView> = {}
  return {
    views,
    async remember(service) {
      // A service that is down or hangs has told all that it will tell.
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

// Where the load of a variant comes from, and the clock that goes with it: the stamps of its history are of that clock. It is a
// thread of the lab where the services have this kernel's clock, else a generator of the runtime's beside them.
import { ClockView } from '#common/contracts/evidence.ts'
import { parse } from '#common/contracts/parse.ts'
import { monotonicNs, readClock } from '#common/contracts/clock.ts'
import { getJson } from './http.ts'
import { type RunLoad, runLoad } from '../load/generator.ts'
import type { Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'

const PROBES = 5

export type LoadOrigin = {
  origin: 'thread' | 'container'
  runLoad: RunLoad
  /** A service as the generator sees it. */
  url(service: string): string
  /** Now on the generator's clock; where that is not this kernel's, off by half a round trip at most. */
  nowNs(): number
  /** Whether all services have the clock of the kernel with this boot, so that stamps can be compared. */
  agrees(bootId: string): boolean
}

export async function chooseLoadOrigin(model: Model, runtime: Runtime): Promise<LoadOrigin> {
  const readThere = async (service: string) => parse(ClockView, await getJson(`${runtime.url(service)}/clock`))
  const boots = await Promise.all(model.services.map(async ({ name }) => (await readThere(name)).bootId))
  const agrees = (bootId: string) => boots.every(boot => boot === bootId)
  const { nearby } = runtime
  const here = agrees(readClock().bootId)
  if (!nearby || (here && !nearby.always))
    return { origin: 'thread', runLoad, url: runtime.url, nowNs: monotonicNs, agrees }
  const aheadNs = here ? 0 : await ahead(() => readThere(model.entry))
  return { origin: 'container', ...nearby, nowNs: () => monotonicNs() + aheadNs, agrees }
}

/** How far another clock is ahead of this one, by the quickest of several probes. */
async function ahead(readThere: () => Promise<ClockView>): Promise<number> {
  let best = { tookNs: Infinity, aheadNs: 0 }
  for (let nth = 0; nth < PROBES; nth++) {
    const sentNs = monotonicNs()
    const { monotonicNs: thereNs } = await readThere()
    const tookNs = monotonicNs() - sentNs
    if (tookNs < best.tookNs) best = { tookNs, aheadNs: thereNs - (sentNs + tookNs / 2) }
  }
  return best.aheadNs
}

// How full the parts of a model were while the measured load ran: what each service tells of itself (`GET /occupancy`), the CPU time of
// each service and broker, and the machine. Read as the first measured order begins and when the last one does, so that neither the
// warm-up nor what waited afterwards is in it.
// Guarantees: a service that tells nothing, or does not answer, is null; so is CPU that cannot be read. Only where a variant measures
// usage is anything read. Does not tell what is full: engine/capacity/limiter.ts does.
import { availableParallelism } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { monotonicNs } from '#common/contracts/clock.ts'
import { OccupancyView } from '#common/contracts/http.ts'
import { parse } from '#common/contracts/parse.ts'
import { watchOthers } from '#host/cpu-of-others.ts'
import { watchIdle } from '#host/machine-idle.ts'
import { familiesOf, readProcesses } from '#host/process-table.ts'
import type { Variant } from '../experiment/define.ts'
import type { Model } from '../experiment/model.ts'
import type { Host, Runtime } from '../experiment/runtime.ts'
import { getJson } from './http.ts'
import type { OccupancyReading, OccupancyWindow } from './occupancy-shape.ts'

type Options = {
  variant: Pick<Variant, 'measuresUsage'>
  model: Pick<Model, 'services'>
  runtime: Pick<Runtime, 'url' | 'host'>
  /** Until the window begins, and from there until it ends. */
  inMs: number
  forMs: number
  signal: AbortSignal
}

/** Undefined where usage is not measured, or where services are no processes of this machine. */
export async function watchOccupancy(options: Options): Promise<OccupancyWindow | undefined> {
  const { variant, model, runtime, inMs, forMs, signal } = options
  const { host } = runtime
  if (!variant.measuresUsage || !host) return undefined
  const read = async (): Promise<OccupancyReading> => {
    const services = model.services.map(async ({ name }) => ({ name, occupancy: await occupancyOf(runtime.url(name)) }))
    const cpu = cpuOf(host)
    return { atNs: monotonicNs(), services: await Promise.all(services), cpu }
  }
  await wait(Math.max(0, inMs), undefined, { signal })
  const beganMs = performance.now()
  const [idle, others] = [watchIdle(), watchOthers()]
  const before = await read()
  await wait(Math.max(0, forMs - (performance.now() - beganMs)), undefined, { signal })
  const idleShare = idle() ?? null
  const areAllKnown = host.processes().every(({ pids }) => pids.length > 0)
  const othersCores = (areAllKnown ? others() : undefined) ?? null
  return { cores: availableParallelism(), idleShare, othersCores, before, after: await read() }
}

/** Null where the service does not answer, or tells nothing of the kind. */
async function occupancyOf(url: string): Promise<OccupancyView | null> {
  try {
    return parse(OccupancyView, await getJson(`${url}/occupancy`), 'occupancy')
  } catch {
    return null
  }
}

/** CPU seconds of all processes of each, until now. */
function cpuOf(host: Host): OccupancyReading['cpu'] {
  const rows = readProcesses()
  return host.processes().map(({ name, kind, pids }) => {
    const all = rows && familiesOf(rows, pids)
    return { name, kind, seconds: all && all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) }
  })
}

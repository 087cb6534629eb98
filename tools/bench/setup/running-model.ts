// A model with its services and brokers, driven in a closed loop, and what its services used for it.
import type { ComparableModel } from '#engine/experiment/comparison-adapter.ts'
import type { Host } from '#engine/experiment/runtime.ts'
import { readUsage } from '#engine/run/usage.ts'
import { openFilesOf } from '#host/open-files.ts'
import type { Broker } from '#infra/brokers/broker.ts'
import { provideBroker } from '#infra/brokers/provide.ts'
import { runClosedLoop } from './closed-loop.ts'
import { notifiedAt } from './notified.ts'
import type { OpenContext } from '../row.ts'
import { startServices } from './services.ts'

/** What all services used for one load. Memory is shared fairly between processes (Pss); both are as they are at its end. */
export type Used = { cpuSecondsPer1000: number; megabytes: number; openFiles: number; ordersPerSecond: number }

export type DrivenModel = {
  /** Resolves when every order of the load is notified. @throws Error when one was not taken, or its use cannot be read */
  drive(load: { runId: string; orders: number; lines?: number }): Promise<Used>
}

/** So many may wait for their decisions: none is refused while services are behind. */
const MAX_UNDECIDED = 1_000_000

/** @param prepare is called before the services start, with the addresses of the brokers and the prefix of all names there */
export async function startModel(
  model: ComparableModel,
  context: OpenContext,
  prepare: (addresses: Addresses, prefix: string) => Promise<void> = async () => {},
): Promise<DrivenModel> {
  const broker = await startBrokers(model, context)
  const prefix = `bench-${process.pid}-`
  await prepare(broker, prefix)
  const environment = model.brokers.length > 0 ? { [model.entry]: { MAX_UNDECIDED: `${MAX_UNDECIDED}` } } : {}
  // A broker that the user has named outlives the bench.
  const settings = { deployment: { broker, prefix }, environment }
  const { runtime } = await startServices(model, context, settings)
  const { host } = runtime
  if (!host) throw new Error('What services use can be read only where they are processes of this machine.')
  const status = model.features.includes('answers-with-outcome') ? 201 : 202
  let done = 0
  return {
    async drive(load) {
      const before = cpuSecondsOf(host)
      const { taken, beganNs } = await runClosedLoop({ url: runtime.url(model.entry), status, ...load }, context.signal)
      done += taken
      const endedNs = await notifiedAt(runtime.url(model.evidence.notifications), done, context.signal)
      const usage = readUsage(host)
      const leaders = host.processes().flatMap(({ kind, pids }) => (kind === 'service' ? pids : []))
      return {
        cpuSecondsPer1000: ((sumOf(usage, ({ cpuSeconds }) => cpuSeconds) - before) * 1_000) / taken,
        megabytes: sumOf(usage, ({ memoryBytes }) => memoryBytes) / 1e6,
        openFiles: leaders.reduce((sum, pid) => sum + (openFilesOf(pid) ?? Number.NaN), 0),
        ordersPerSecond: (taken * 1e9) / (endedNs - beganNs),
      }
    },
  }
}

export type Addresses = Partial<Record<Broker['kind'], string>>

/** One of each kind that the model needs; each ends with the stack. */
export async function startBrokers(
  model: ComparableModel,
  { dataFolder, signal, progress, ends }: OpenContext,
): Promise<Addresses> {
  const addresses: Addresses = {}
  for (const kind of model.brokers) {
    const { address, stop } = await provideBroker(kind, { dataFolder, signal, progress, environment: process.env })
    ends.defer(stop)
    addresses[kind] = address
  }
  return addresses
}

/** Of the services until now. @throws Error where it cannot be read */
export const cpuSecondsOf = (host: Host): number => sumOf(readUsage(host), ({ cpuSeconds }) => cpuSeconds)

type Usage = ReturnType<typeof readUsage>

/** Of the services. @throws Error where it cannot be read */
function sumOf(
  usage: Usage,
  figure: (use: { cpuSeconds: number; memoryBytes: number | null }) => number | null,
): number {
  const services = usage?.uses.filter(({ kind }) => kind === 'service') ?? []
  const figures = services.map(({ use }) => use && figure(use))
  if (figures.length === 0 || figures.some(each => each === null))
    throw new Error('What processes use cannot be read: there is no /proc here.')
  return figures.reduce<number>((sum, each) => sum + (each ?? 0), 0)
}

/**
 * Whether the limit of a model is named right: limits are planted on real models (plants.ts), each is offered more than it takes,
 * again and again, and what the services tell of how full they are has to name the part that was planted.
 * Not judged here: whether a rate is sustained. Rounds of one plant run on the same services, one after the other.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { Type } from '#common/contracts/type.ts'
import { limiter, type Limiter } from '#engine/capacity/limiter.ts'
import { readingsIn } from '#engine/capacity/utilizations.ts'
import { DecisionRow, Page } from '#common/contracts/evidence.ts'
import { parse } from '#common/contracts/parse.ts'
import type { LoadResult } from '#engine/load/attempt.ts'
import { runLoad } from '#engine/load/generator.ts'
import { getJson } from '#engine/run/http.ts'
import { watchOccupancy } from '#engine/run/occupancy.ts'
import type { Runtime } from '#engine/experiment/runtime.ts'
import { provideBroker, variables } from '#infra/brokers/provide.ts'
import { nearestRank } from '#engine/analysis/latency.ts'
import { watchOthers } from '#host/cpu-of-others.ts'
import { notifiedAt } from '../setup/notified.ts'
import type { Plant } from './plants.ts'
import type { OpenContext, RowContext } from '../row.ts'
import { reservableOrders, startServices } from '../setup/services.ts'

const ROUNDS = { quick: 2, full: 20 }
const WARM_UP_MS = 700
const MEASURED_MS = 2_000
/** The load goes on while what is read at the end of the window is read. */
const AFTER_MS = 300
const DEADLINE_MS = 5_000
/** Where all cores are busy and other programs take so much of them, those are the limit, whatever was planted: not counted, and repeated. */
const FULL_BELOW = 0.05
const OTHERS_CORES = 0.5
/** So many for each that is to be counted. */
const MOST_DISTURBED = 1
const QUIET_MS = 300
const QUIET_DEADLINE_MS = 5_000

export type Round = {
  named: string | null
  isRight: boolean
  sentence: string
  perSecond: number
  /** Cores that other programs took; null where that is unknown. */
  othersCores: number | null
  /** Of all cores. */
  idleShare: number | null
  /** The fullest parts. */
  utilizations: Limiter['utilizations']
}

export type PlantResult = {
  plant: string
  model: string
  offered: number
  rounds: Round[]
  /** Rounds that are not among them, because other programs took the machine. */
  disturbed: number
  /** Orders a second that were planted, or null where they cannot be worked out. */
  planted: number | null
  because: string
  /** Orders a second: the median of the rounds; null where none was undisturbed. */
  measured: number | null
}

type System = {
  plant: Plant
  runtime: Runtime
  signal: AbortSignal
  /** Of the decisions, the last that was counted. */
  seen: number
  /** Orders that were accepted so far. */
  accepted: number
}

export async function benchLimit(plant: Plant, options: RowContext): Promise<PlantResult> {
  await using ends = new AsyncDisposableStack()
  // What it has started ends when this returns.
  return await benchPlant(plant, { ...options, ends })
}

async function benchPlant(plant: Plant, context: OpenContext): Promise<PlantResult> {
  const { signal, quick, ends, progress } = context
  const runtime = await openPlanted(plant, context)
  const system: System = { plant, runtime, signal, seen: 0, accepted: 0 }
  const rounds: Round[] = []
  const count = quick ? ROUNDS.quick : ROUNDS.full
  const targets = (name: string): number[] => {
    const process = runtime.host?.processes().find(each => each.name === name)
    return (process?.pids ?? []).map(pid => (process?.kind === 'broker' ? -pid : pid))
  }
  // Processes that have just started, Java's above all, are not as fast as they will be.
  for (const nth of ['warm-up-1', 'warm-up-2']) await runRound(system, nth)
  const where = { url: runtime.url, targets }
  const takeAway = await plant.plant?.(where)
  if (takeAway) ends.defer(takeAway)
  let disturbed = 0
  while (rounds.length < count && disturbed < MOST_DISTURBED * count) {
    signal.throwIfAborted()
    const round = await runRound(system, `${rounds.length + disturbed}`)
    if (isDisturbed(round)) disturbed++
    else rounds.push(round)
    const { perSecond, sentence, othersCores } = round
    const said = `${perSecond.toFixed(0)}/s, ${sentence}`
    progress(
      isDisturbed(round)
        ? `${plant.name}: not counted, because other programs took ${othersCores?.toFixed(1)} cores (${said})`
        : `${plant.name}, ${rounds.length} of ${count}: ${said}`,
    )
  }
  return {
    plant: plant.name,
    model: plant.model.name,
    offered: plant.ordersPerSecond,
    rounds,
    disturbed,
    planted: plant.capacity?.perSecond ?? null,
    because: plant.capacity?.because ?? '',
    measured: rounds.length > 0 ? median(rounds.map(({ perSecond }) => perSecond)) : null,
  }
}

const median = (values: readonly number[]): number =>
  nearestRank(
    values.toSorted((a, b) => a - b),
    500,
  )

async function openPlanted(plant: Plant, context: OpenContext): Promise<Runtime> {
  const { model, environment = {} } = plant
  if (!plant.broker) return (await startServices(model, context, { environment })).runtime
  const kind = plant.broker
  // To be stopped now and then it has to be the bench's own.
  const own = { ...process.env, [variables[kind]]: undefined }
  const broker = await provideBroker(kind, { ...context, environment: own })
  context.ends.defer(broker.stop)
  const deployment = { broker: { [kind]: broker.address } }
  const { runtime } = await startServices(model, context, { deployment, environment })
  const { host } = runtime
  if (!host) return runtime
  const processes = () => [
    ...host.processes(),
    { name: kind, kind: 'broker' as const, pids: broker.process?.pids ?? [] },
  ]
  return { ...runtime, host: { ...host, processes } }
}

const isDisturbed = ({ othersCores, idleShare }: Round): boolean =>
  (idleShare ?? 1) < FULL_BELOW && (othersCores ?? 0) > OTHERS_CORES

/** Until other programs leave the machine alone for a moment, or for some seconds at most. */
async function untilQuiet(signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + QUIET_DEADLINE_MS
  while (performance.now() < endMs) {
    const others = watchOthers()
    await wait(QUIET_MS, undefined, { signal })
    if ((others() ?? 0) < OTHERS_CORES) return
  }
}

async function runRound(system: System, name: string): Promise<Round> {
  await untilQuiet(system.signal)
  const { plant, runtime, signal } = system
  const { model, ordersPerSecond } = plant
  const count = Math.round((ordersPerSecond * (WARM_UP_MS + MEASURED_MS + AFTER_MS)) / 1_000)
  const began = Promise.withResolvers<void>()
  const loading = runLoad({
    orders: reservableOrders(`limits-${plant.name.replaceAll(' ', '-')}-${name}`, count),
    ordersPerSecond,
    target: { url: runtime.url(model.entry), path: '/order' },
    deadlineMs: DEADLINE_MS,
    signal,
    onProgress: () => began.resolve(),
    ...(plant.connections && { maxSockets: plant.connections }),
  })
  loading.catch(began.reject)
  await began.promise
  const variant = { measuresUsage: true }
  const window = await watchOccupancy({ variant, model, runtime, inMs: WARM_UP_MS, forMs: MEASURED_MS, signal })
  const load = await loading
  if (!window) throw new Error('What services use cannot be read on this machine.')
  system.accepted += acceptedOf(load)
  if (plant.broker) await notifiedAt(runtime.url(model.evidence.notifications), system.accepted, signal)
  const readings = readingsIn(window, generatorOf(load))
  const { resource, sentence, utilizations } = limiter(readings)
  return {
    named: resource,
    isRight: resource !== null && plant.names.test(resource),
    sentence,
    perSecond: await decidedPerSecond(system, window.before.atNs, window.after.atNs),
    othersCores: window.othersCores,
    idleShare: window.idleShare,
    utilizations: utilizations.slice(0, 5),
  }
}

const acceptedOf = ({ attempts }: LoadResult): number =>
  attempts.filter(({ answer }) => answer.kind === 'status' && answer.status < 300).length

/** Lateness is left out: it voids latencies, and none is measured here. */
const generatorOf = ({ cpuShare, connections }: LoadResult) => ({
  cpuShare,
  isLate: false,
  isOutOfConnections: connections.saturated,
})

const { seq, decidedNs } = DecisionRow.properties
const DecisionsPage = Page(Type.Object({ seq, decidedNs }))

async function decidedPerSecond(system: System, fromNs: number, toNs: number): Promise<number> {
  const { runtime, plant } = system
  const route = `${runtime.url(plant.model.evidence.inventory)}/inventory/decisions?limit=1000`
  let decided = 0
  for (let after: number | null = system.seen; after !== null; ) {
    const url: string = `${route}&after=${after}`
    const page = parse(DecisionsPage, await getJson(url), url)
    decided += page.rows.filter(({ decidedNs }) => decidedNs >= fromNs && decidedNs < toNs).length
    system.seen = page.rows.at(-1)?.seq ?? system.seen
    after = page.next
  }
  return (decided * 1e9) / (toNs - fromNs)
}

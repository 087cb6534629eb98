// Runs one variant: services on an empty store, the load and the timeline side by side, and the evidence when the system is
// quiescent. Guarantees that everything it started ends, whatever happens; a step that fails stops the load.
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { watchIdle } from '#host/machine-idle.ts'
import { leasePorts } from '#host/ports.ts'
import { registerRun } from '#host/run-registry.ts'
import { leastOf, mostOf } from '../analysis/extremes.ts'
import type { Variant } from '../experiment/define.ts'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { OpenRuntime, Runtime } from '../experiment/runtime.ts'
import type { StepContext } from '../experiment/steps.ts'
import type { LoadProgress, LoadResult } from '../load/attempt.ts'
import type { FollowJob, WebhookAddress } from '../load/follow.ts'
import { initialStock, orderMix } from '../load/mix.ts'
import { type PlannedOrder, planOrders } from '../load/orders.ts'
import { planOf } from '../load/load-plan.ts'
import type { PlannedStart } from '../load/plan.ts'
import { startPolling } from '../load/polls.ts'
import { awaitQuiescence } from './evidence.ts'
import { HISTORY_FORMAT, type History, type RawMessage } from './history.ts'
import { watchOccupancy } from './occupancy.ts'
import { chooseLoadOrigin, type LoadOrigin } from './load-origin.ts'
import { countInjections, createProgressProbe, type ProgressProbe, sampleDepths } from './observations.ts'
import { watchPauses } from './lab-pauses.ts'
import { runTimeline } from './timeline.ts'
import { openUsageWindow, type UsageWindow } from './usage.ts'

export type VariantOptions = {
  model: Model
  variant: Variant
  open: OpenRuntime
  /** Addresses of those brokers that outlive the lab, by kind: what is created there must be removed again. */
  lasting: Record<string, string>
  /** Names everything that the variant makes, and the users of its orders. */
  id: string
  seed: number
  logFolder: string
  onProgress(line: string): void
  signal: AbortSignal
}

/** @throws Error in one sentence when a service does not start, a step fails, or it was interrupted */
export async function runVariant(options: VariantOptions): Promise<History> {
  const { model, variant, id, seed, signal, onProgress } = options
  const { orders, warmUpOrders = 0 } = variant.load
  if (!Number.isInteger(orders) || !Number.isInteger(warmUpOrders))
    throw new RangeError(`${variant.name} plans ${orders} orders after ${warmUpOrders}; both must be whole numbers.`)
  const mix = { ...variant.load.mix, count: warmUpOrders + orders }
  const planned = planOrders({ ...mix, seed, runId: id, noteChars: variant.load.noteChars })
  const openingStock = initialStock(orderMix(mix))
  return withFollowJob(variant, follow =>
    whileDeployed({ ...options, ...(follow?.by === 'webhook' && { webhook: follow }), openingStock }, deployed =>
      executeVariant({ model, variant, seed, ...deployed, planned, openingStock, onProgress, signal, follow }),
    ),
  )
}

/** Clients that are told by webhooks have the address of their receiver before a service starts that sends there. */
async function withFollowJob<Result>(
  { load: { follow }, quiescenceMs: giveUpMs }: Variant,
  use: (follow: FollowJob | undefined) => Promise<Result>,
): Promise<Result> {
  if (follow?.by !== 'webhook') return use(follow && { ...follow, giveUpMs })
  const { ports, release } = await leasePorts(1)
  const [port = 0] = ports
  try {
    return await use({ ...follow, port, secret: `whsec_${randomBytes(32).toString('base64')}`, giveUpMs })
  } finally {
    release()
  }
}

export type Deploying = Omit<VariantOptions, 'variant' | 'seed'> & {
  variant: Pick<Variant, 'environment' | 'supervised' | 'asShipped'>
  openingStock: History['openingStock']
  webhook?: WebhookAddress
}

export type Deployed = { runtime: Runtime; inspector: BrokerInspector }

/** Runs `use` while the services are up, on empty stores. Whatever happens, all that was started ends and what it made is removed. */
export async function whileDeployed<Result>(
  options: Deploying,
  use: (deployed: Deployed) => Promise<Result>,
): Promise<Result> {
  const { model, variant, id, signal, onProgress } = options
  const prefix = `${id}.`
  // Were the lab killed now, the next one would remove what this variant makes on a broker that stays.
  const registration = registerRun({ directories: [], prefix, addresses: options.lasting })
  const opening = options.open({
    model,
    prefix,
    logFolder: options.logFolder,
    environment: withStock(model, variant, options.openingStock),
    supervised: variant.supervised ?? [],
    ...(variant.asShipped && { asShipped: true }),
    ...(options.webhook && { webhook: options.webhook }),
    signal,
  })
  // Nothing of it is on a broker before a service starts.
  opening.catch(() => registration.unregister())
  const { runtime, deployment } = await opening
  try {
    onProgress('starting services')
    // A service may be healthy only with its peers, so all start at once.
    await Promise.all(model.services.map(({ name }) => runtime.start(name)))
    const inspector = await model.connect(deployment)
    try {
      return await use({ runtime, inspector })
    } finally {
      await inspector.close()
    }
  } finally {
    try {
      await runtime.stop()
    } finally {
      await model.remove(deployment)
      // Where that failed the record stays, for the sweep of the next start.
      registration.unregister()
    }
  }
}

function withStock(model: Model, { environment = {} }: Pick<Variant, 'environment'>, stock: History['openingStock']) {
  const inventory = model.services.find(({ role }) => role === 'inventory')
  if (!inventory) return environment
  return { ...environment, [inventory.name]: { INITIAL_STOCK: JSON.stringify(stock), ...environment[inventory.name] } }
}

type ExecuteOptions = Pick<VariantOptions, 'model' | 'variant' | 'seed' | 'onProgress' | 'signal'> & {
  runtime: Runtime
  inspector: BrokerInspector
  planned: PlannedOrder[]
  openingStock: History['openingStock']
  follow: FollowJob | undefined
}

async function executeVariant(options: ExecuteOptions): Promise<History> {
  const { model, variant, runtime, inspector, planned, openingStock, onProgress, signal } = options
  const raw: RawMessage[] = []
  const executedSteps: History['executedSteps'] = []
  const injections = countInjections(runtime)
  const loadOrigin = await chooseLoadOrigin(model, runtime)
  const { origin, nowNs } = loadOrigin
  const progressProbe = createProgressProbe({ model, runtime, inspector, nowNs })
  const { probe } = progressProbe
  const sampling = sampleDepths(inspector, { on: variant.timeline !== undefined && model.brokers.length > 0, nowNs })
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const pauses = watchPauses(nowNs)
  const usageWindow = openUsageWindow({ variant, runtime, probe, signal: either })
  try {
    const context = { planned, runtime, inspector, recordInjections: injections.record, addRaw: addTo(raw) }
    await prepareLoad(options, context, usageWindow)
    const load = await beginLoad({ ...options, signal: either }, loadOrigin, progressProbe)
    const polling = startPolling({ ...load, orders: planned, url: runtime.url(model.entry), nowNs, signal: either })
    const timeline = runTimeline({
      steps: variant.timeline ?? [],
      context,
      originNs: load.originNs,
      nowNs,
      probe,
      onStep(step) {
        executedSteps.push(step)
        onProgress(`${step.action} ${step.target}`)
      },
      signal: either,
    })
    timeline.catch(error => failed.abort(error))
    const window = measuredWindow(load, nowNs())
    const [result, machine, occupancy] = await Promise.all([
      load.done,
      machineUse(load.landed, window.inMs, origin),
      watchOccupancy({ variant, model, runtime, ...window, signal: either }),
      timeline,
      usageWindow.begin(window.inMs),
    ])
    signal.throwIfAborted()

    onProgress('waiting until every order is decided')
    const usage = await usageWindow.end(result.attempts)
    const labPauses = pauses.finish()
    const { evidence, quiescent } = await awaitQuiescence({ model, variant, runtime, inspector, probe, signal })
    await sampling.finish()
    const polls = await polling.finish()
    await Promise.all(model.services.map(({ name }) => injections.record(name)))
    return {
      format: HISTORY_FORMAT,
      polls,
      ...factsOf(options, load, result, origin),
      machine,
      raw,
      executedSteps,
      labPauses,
      samples: sampling.samples,
      faults: injections.views,
      evidence,
      openingStock,
      clocksAgree: loadOrigin.agrees(result.bootId),
      quiescent,
      ...(usage && { usage, ...(occupancy && { occupancy }) }),
    }
  } finally {
    pauses.stop()
    sampling.stop()
  }
}

/** What comes before the load, and what that leaves to be written. */
async function prepareLoad(
  { variant, onProgress }: ExecuteOptions,
  context: StepContext,
  usageWindow: UsageWindow,
): Promise<void> {
  for (const { action, target, run } of variant.before ?? []) {
    onProgress(`${action} ${target}`)
    await run(context)
  }
  await usageWindow.prepare()
}

const addTo =
  (raw: RawMessage[]) =>
  (messages: readonly RawMessage[]): void =>
    void raw.push(...messages)

const measuredWindow = ({ measuredFromNs, measuredToNs }: BegunLoad, nowNs: number) => ({
  inMs: (measuredFromNs - nowNs) / 1e6,
  forMs: (measuredToNs - measuredFromNs) / 1e6,
})

/** What a history says of the load itself. */
const factsOf = (
  { planned, variant: { load } }: ExecuteOptions,
  { originNs, originUnixMs }: BegunLoad,
  { attempts, inStead, planned: plannedStarts, lateness, cpuShare, connections }: LoadResult,
  origin: LoadOrigin['origin'],
) => ({
  planned: [...planned, ...inStead],
  warmUpOrders: load.warmUpOrders ?? 0,
  attempts,
  plannedStarts,
  originNs,
  originUnixMs,
  deadlineMs: load.deadlineMs,
  ...(load.follow && { isFollowed: true }),
  generator: { origin, lateness, cpuShare, connections },
  discarded: [],
})

/** From the first measured order to the end of the load. */
async function machineUse(
  load: Promise<void>,
  inMs: number,
  origin: LoadOrigin['origin'],
): Promise<History['machine']> {
  if (origin === 'container') return { unknown: 'the load came from a container, which may be on another machine' }
  await Promise.race([wait(Math.max(0, inMs), undefined, { ref: false }), load])
  const idle = watchIdle()
  await load
  const idleShare = idle()
  return idleShare === undefined ? { unknown: 'there is no /proc/stat here' } : { idleShare }
}

/** Clients that try again send more than was planned. */
const progressOf = ({ started }: LoadProgress, planned: number): string =>
  started > planned ? `${started} requests sent` : `${started} of ${planned} orders sent`

type BegunLoad = {
  originNs: number
  originUnixMs: number
  /** The planned starts of the first and of the last order that is measured. */
  measuredFromNs: number
  measuredToNs: number
  plan: PlannedStart[]
  /** When every attempt has ended: clients may still follow their orders. */
  landed: Promise<void>
  done: Promise<LoadResult>
}

/** Resolves when the load has begun; `done` when it is done. */
async function beginLoad(
  { model, variant, seed, planned, onProgress, signal, follow }: ExecuteOptions,
  loadOrigin: LoadOrigin,
  progressProbe: ProgressProbe,
): Promise<BegunLoad> {
  const { load } = variant
  const plan = planOf(load, planned.length, seed)
  const began = Promise.withResolvers<number>()
  const landed = Promise.withResolvers<void>()
  const done = loadOrigin
    .runLoad({
      orders: planned,
      plan,
      target: { url: loadOrigin.url(model.entry), path: '/order' },
      deadlineMs: load.deadlineMs,
      ...(follow && { follow }),
      ...(load.retry && { retry: { ...load.retry, seed } }),
      signal,
      onProgress(progress) {
        began.resolve(progress.originNs)
        if (progress.hasLanded) landed.resolve()
        progressProbe.started(progress)
        onProgress(progressOf(progress, plan.length))
      },
    })
    .finally(() => {
      landed.resolve()
      progressProbe.loadDone()
    })
  done.catch(began.reject)
  const originNs = await began.promise
  const originUnixMs = Date.now() - (loadOrigin.nowNs() - originNs) / 1e6
  const measured = plan.filter(({ order }) => order >= (load.warmUpOrders ?? 0))
  const atNs = (choose: typeof leastOf) => originNs + choose(measured.map(({ offsetMs }) => offsetMs)) * 1e6
  return {
    originNs,
    originUnixMs,
    measuredFromNs: atNs(leastOf),
    measuredToNs: atNs(mostOf),
    plan,
    landed: landed.promise,
    done,
  }
}

// Runs one variant: services on an empty store, the load and the timeline side by side, then until all is quiet; and
// returns the history. What it started it ends, whatever happens.
import { setTimeout as wait } from 'node:timers/promises'
import { join } from 'node:path'
import type { FaultsView } from '../faults/switchboard.ts'
import { monotonicNs } from '../kit/clock.ts'
import type { Variant } from './define.ts'
import { clocksAgree, isQuiet, readEvidence } from './evidence.ts'
import type { History, RawMessage, Sample } from './history.ts'
import { getJson } from './http.ts'
import { runLoad } from './load/generator.ts'
import { orderMix } from './load/mix.ts'
import { planOrders } from './load/orders.ts'
import { steadyPlan } from './load/plan.ts'
import { initialStock } from './load/stock.ts'
import { createLookout } from './lookout.ts'
import type { Model, Place } from './model.ts'
import { createProcesses } from './processes.ts'
import { performTimeline } from './timeline.ts'
import type { Stage } from './verbs.ts'

const SAMPLE_MS = 500

export type VariantOptions = {
  model: Model
  variant: Variant
  broker: Place['broker']
  /** Names everything that the variant makes, and the users of its orders. */
  id: string
  seed: number
  dataFolder: string
  logFolder: string
  onProgress(line: string): void
  signal: AbortSignal
}

export async function runVariant(options: VariantOptions): Promise<History> {
  const { model, variant, id, seed, broker, signal, onProgress } = options
  const { load } = variant
  const warmUpOrders = load.warmUpOrders ?? 0
  const count = warmUpOrders + load.orders
  const planned = planOrders({ ...load.mix, count, seed, runId: id })
  const openingStock = initialStock(orderMix({ ...load.mix, count }))
  const environment = withStock(model, variant.environment ?? {}, openingStock)
  const { runtime, place } = await createProcesses({
    model,
    broker,
    prefix: `${id}.`,
    dataFolder: join(options.dataFolder, id),
    logFolder: options.logFolder,
    environment,
    supervised: variant.supervised ?? [],
    signal,
  })
  try {
    onProgress('starting services')
    // A service may be healthy only with its peers, so all start at once.
    await Promise.all(model.services.map(({ name }) => runtime.start(name)))
    const link = await model.connect(place)
    try {
      const raw: RawMessage[] = []
      const acts: History['acts'] = []
      const remembered: Record<string, FaultsView> = {}
      const rememberFaults = async (service: string) => {
        const view = (await getJson(`${runtime.url(service)}/faults`).catch(() => undefined)) as FaultsView | undefined
        if (view) remembered[service] = addBites(remembered[service], view)
      }
      const stage: Stage = { planned, runtime, link, rememberFaults, addRaw: messages => void raw.push(...messages) }
      const agree = await clocksAgree(model, runtime)
      const lookout = createLookout({ model, runtime, link })
      const sampling = sampleDepths(link.depths, variant.timeline !== undefined && model.brokers.length > 0)
      const plan = load.plan?.(count, load.ordersPerSecond) ?? steadyPlan(count, load.ordersPerSecond)
      const began = Promise.withResolvers<number>()
      const attempts = runLoad({
        orders: planned,
        plan,
        target: { url: runtime.url(model.entry), path: '/order' },
        deadlineMs: load.deadlineMs,
        signal,
        onProgress(progress) {
          began.resolve(progress.originNs)
          lookout.started(progress)
          onProgress(`${progress.started} of ${plan.length} orders sent`)
        },
      }).finally(() => lookout.loadDone())
      attempts.catch(began.reject)
      const originNs = await began.promise
      const timeline = performTimeline({
        steps: variant.timeline ?? [],
        stage,
        originNs,
        look: lookout.look,
        onAct(act) {
          acts.push(act)
          onProgress(`${act.verb} ${act.target}`)
        },
        signal,
      })
      const [result] = await Promise.all([attempts, timeline])
      signal.throwIfAborted()

      onProgress('waiting until every order is decided')
      const settled = await settle()
      sampling.stop()
      await Promise.all(model.services.map(({ name }) => rememberFaults(name)))
      return {
        planned,
        warmUpOrders,
        attempts: result.attempts,
        originNs,
        deadlineMs: load.deadlineMs,
        generator: { lateness: result.lateness, cpuShare: result.cpuShare, connections: result.connections },
        raw,
        acts,
        samples: sampling.samples,
        faults: remembered,
        evidence: settled.evidence,
        openingStock,
        clocksAgree: agree,
        quiet: settled.quiet,
      }

      async function settle() {
        const deadline = performance.now() + variant.settleMs
        for (;;) {
          const evidence = await readEvidence(model, runtime, link)
          const quiet = isQuiet(evidence) && (variant.until?.(await lookout.look()) ?? true)
          if (quiet || performance.now() > deadline) return { evidence, quiet }
          await wait(200, undefined, { signal })
        }
      }
    } finally {
      await link.close()
    }
  } finally {
    await runtime.stop()
    await model.remove(place)
  }
}

function withStock(model: Model, environment: Record<string, Record<string, string>>, stock: History['openingStock']) {
  const inventory = model.services.find(({ role }) => role === 'inventory')
  if (!inventory) return environment
  const INITIAL_STOCK = JSON.stringify(stock)
  return { ...environment, [inventory.name]: { INITIAL_STOCK, ...environment[inventory.name] } }
}

/** Counts start anew in each process; the sum is what the experiment wants to know. */
function addBites(before: FaultsView | undefined, now: FaultsView): FaultsView {
  const add = ([name, { setting, bites }]: [string, FaultsView[string]]) =>
    [name, { setting, bites: bites + (before?.[name]?.bites ?? 0) }] as const
  return Object.fromEntries(Object.entries(now).map(add))
}

function sampleDepths(depths: () => Promise<Record<string, number>>, on: boolean) {
  const samples: Sample[] = []
  if (!on) return { samples, stop() {} }
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    // A broker that does not answer leaves a gap in the curve.
    await depths().then(
      now => samples.push({ atNs: monotonicNs(), depths: now }),
      () => {},
    )
    busy = false
  }, SAMPLE_MS)
  return { samples, stop: () => clearInterval(timer) }
}

// Performs a variant on running services: the load and the timeline side by side, then until all is quiet; and tells its
// history. A step that fails stops the load.
import { openUsageWindow } from './usage-window.ts'
import type { Variant } from '../experiment/define.ts'
import { recordInjections } from './injection-counts.ts'
import type { History, RawMessage } from './history.ts'
import type { LoadResult } from '../load/attempt.ts'
import type { PlannedOrder } from '../load/orders.ts'
import { steadyPlan } from '../load/plan.ts'
import { createProgressProbe, type ProgressProbe } from './progress-probe.ts'
import type { BrokerInspector, Model } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'
import { sampleDepths } from './depth-samples.ts'
import { awaitQuiescence } from './await-quiescence.ts'
import { performTimeline } from './timeline.ts'
import { chooseLoadOrigin, type LoadOrigin } from './load-origin.ts'

type Performance = {
  model: Model
  variant: Variant
  runtime: Runtime
  link: BrokerInspector
  planned: PlannedOrder[]
  openingStock: History['openingStock']
  onProgress(line: string): void
  signal: AbortSignal
}

export async function executeVariant(options: Performance): Promise<History> {
  const { model, variant, runtime, link, planned, openingStock, onProgress, signal } = options
  const raw: RawMessage[] = []
  const acts: History['executedSteps'] = []
  const memory = recordInjections(runtime)
  const vantage = await chooseLoadOrigin(model, runtime)
  const { where, nowNs } = vantage
  const lookout = createProgressProbe({ model, runtime, link, nowNs })
  const sampling = sampleDepths(link, { on: variant.timeline !== undefined && model.brokers.length > 0, nowNs })
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const costWindow = openUsageWindow({ variant, runtime, look: lookout.probe, signal: either })
  try {
    await costWindow.prepare()
    const { originNs, measuredFromNs, load } = await beginLoad({ ...options, signal: either }, vantage, lookout)
    const timeline = performTimeline({
      steps: variant.timeline ?? [],
      context: {
        planned,
        runtime,
        link,
        recordInjections: memory.remember,
        addRaw: messages => void raw.push(...messages),
      },
      originNs,
      nowNs,
      probe: lookout.probe,
      onAct(act) {
        acts.push(act)
        onProgress(`${act.action} ${act.target}`)
      },
      signal: either,
    })
    timeline.catch(error => failed.abort(error))
    const [result] = await Promise.all([load, timeline, costWindow.begin((measuredFromNs - nowNs()) / 1e6)])
    signal.throwIfAborted()

    onProgress('waiting until every order is decided')
    const costs = await costWindow.end(result.attempts)
    const { evidence, quiet } = await awaitQuiescence({ model, variant, runtime, link, look: lookout.probe, signal })
    await sampling.finish()
    await Promise.all(model.services.map(({ name }) => memory.remember(name)))
    return {
      planned,
      warmUpOrders: variant.load.warmUpOrders ?? 0,
      attempts: result.attempts,
      originNs,
      deadlineMs: variant.load.deadlineMs,
      generator: { where, lateness: result.lateness, cpuShare: result.cpuShare, connections: result.connections },
      raw,
      executedSteps: acts,
      samples: sampling.samples,
      faults: memory.views,
      evidence,
      openingStock,
      clocksAgree: vantage.agrees(result.bootId),
      quiescent: quiet,
      ...(costs && { costs }),
    }
  } finally {
    sampling.stop()
  }
}

/** Resolves when the load has begun; `load` when it is done. */
async function beginLoad(
  { model, variant, planned, onProgress, signal }: Performance,
  vantage: LoadOrigin,
  lookout: ProgressProbe,
): Promise<{ originNs: number; measuredFromNs: number; load: Promise<LoadResult> }> {
  const { load } = variant
  const plan = load.plan?.(planned.length, load.ordersPerSecond) ?? steadyPlan(planned.length, load.ordersPerSecond)
  const began = Promise.withResolvers<number>()
  const done = vantage
    .runLoad({
      orders: planned,
      plan,
      target: { url: vantage.url(model.entry), path: '/order' },
      deadlineMs: load.deadlineMs,
      signal,
      onProgress(progress) {
        began.resolve(progress.originNs)
        lookout.started(progress)
        onProgress(`${progress.started} of ${plan.length} orders sent`)
      },
    })
    .finally(() => lookout.loadDone())
  done.catch(began.reject)
  const originNs = await began.promise
  const measured = plan.filter(({ order }) => order >= (load.warmUpOrders ?? 0))
  const fromMs = measured.reduce((first, { offsetMs }) => Math.min(first, offsetMs), Infinity)
  return { originNs, measuredFromNs: originNs + fromMs * 1e6, load: done }
}

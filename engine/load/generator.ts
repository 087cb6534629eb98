/**
 * A load on one address, in an open loop, from a thread of its own.
 *
 * Guarantees: what the calling thread does meanwhile (rendering, reading evidence) does not delay a start; every started
 * attempt comes back with its answer; a stop ends the load at once with what it has measured; the thread ends with the
 * load, and with the process.
 */
import { Worker } from 'node:worker_threads'
import type { LoadResult, LoadProgress } from './attempt.ts'
import type { FollowJob } from './follow.ts'
import type { LoadJob } from './open-loop.ts'
import type { PlannedOrder } from './orders.ts'
import { checkPlan, inTime, type PlannedStart, steadyPlan } from './plan.ts'
import type { RetryJob } from './retry.ts'
import type { Target } from './send.ts'

/** How the orders are spread over time: evenly, each once, or as planned. */
export type Spread = { ordersPerSecond: number } | { plan: PlannedStart[] }

export type LoadOptions = Spread & {
  orders: PlannedOrder[]
  target: Target
  /** An attempt without an answer ends this long after its start, and is unknown. */
  deadlineMs: number
  signal?: AbortSignal
  /** Called at the beginning, with the origin of the plan; then four times per second; and at the end. */
  onProgress?: (progress: LoadProgress) => void
  /** Attempts that can be in flight at once before the loop is not open any more; 8,192 by default. */
  maxSockets?: number
  follow?: FollowJob
  /** How clients try again; by default they do not. */
  retry?: RetryJob
}

export type RunLoad = (options: LoadOptions) => Promise<LoadResult>

/** What a generator reports. */
export type FromGenerator =
  | { kind: 'progress'; progress: LoadProgress }
  | { kind: 'result'; result: LoadResult }
  | { kind: 'broken'; detail: string }

/**
 * @throws RangeError when the plan or the target makes no sense, and Error when the generator itself breaks; a target
 * that fails is never an error but an answer
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const worker = new Worker(new URL('./generator-main.ts', import.meta.url), { workerData: jobOf(options) })
  const stop = (): void => worker.postMessage('stop')
  try {
    return await new Promise<LoadResult>((resolve, reject) => {
      worker.on('message', (message: FromGenerator) => {
        if (message.kind === 'progress') options.onProgress?.(message.progress)
        else if (message.kind === 'result') resolve(message.result)
        else reject(new Error(`The load generator broke: ${message.detail}.`))
      })
      worker.on('error', cause => reject(new Error('The load generator broke.', { cause })))
      worker.on('exit', code => reject(new Error(`The load generator ended early, with code ${code}.`)))
      options.signal?.addEventListener('abort', stop, { once: true })
      if (options.signal?.aborted) stop()
    })
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

/** @throws RangeError when the plan or the target makes no sense */
export function jobOf(options: LoadOptions): LoadJob {
  const { orders, target, deadlineMs, maxSockets = 8192 } = options
  const plan = 'plan' in options ? options.plan : steadyPlan(orders.length, options.ordersPerSecond)
  checkPlan(plan, orders.length)
  if (!(deadlineMs >= 1 && deadlineMs < 2 ** 31)) {
    throw new RangeError(`deadlineMs must be from 1 to 2147483647, not ${deadlineMs}.`)
  }
  if (!Number.isInteger(maxSockets) || maxSockets < 1) {
    throw new RangeError(`maxSockets must be a whole number from 1, not ${maxSockets}.`)
  }
  if (!URL.canParse(target.url)) throw new RangeError(`The target's url must be an http address, not "${target.url}".`)
  if (!target.path.startsWith('/')) throw new RangeError(`The target's path must begin with /, not "${target.path}".`)
  const { url, path } = target
  const { follow, retry } = options
  const headers = { ...target.headers, ...(follow?.by === 'answer' && { prefer: `wait=${follow.seconds}` }) }
  return {
    orders,
    plan: inTime(plan),
    target: { url, path, headers },
    deadlineMs,
    maxSockets,
    ...(follow && { follow }),
    ...(retry && { retry }),
  }
}

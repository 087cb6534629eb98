/**
 * A load in a closed loop, from a process of its own: each of 64 connections sends its next order when it has the answer to the
 * last one. It says how much a target takes, and nothing of how long clients would wait: for that the lab has an open loop.
 */
import { runDriver } from './driver.ts'

export type ClosedLoop = {
  url: string
  runId: string
  /** The answer to an order that is taken. */
  status: number
  /** It ends after so many orders, or so many seconds where those come sooner. */
  orders: number
  seconds?: number
  connections: number
  /** Of each order; as many as the mix gives where it is absent. */
  lines?: number
}

/** `taken` had the right answer; the `other` ones are counted by kind of answer. Times are of the monotonic clock. */
export type ClosedLoopResult = { taken: number; other: Record<string, number>; beganNs: number; endedNs: number }

const DRIVER = new URL('./closed-loop-main.ts', import.meta.url)
const CONNECTIONS = 64
/** Orders that were not taken are not counted; of more than these the rate says nothing. */
const MOST_OTHER = 0.01
/** More than any target here takes; they are planned before the load, which is not to wait for them. */
const MOST_PER_SECOND = 40_000

/** @throws Error when more than 1 % of the orders were not taken */
export async function runClosedLoop(
  load: Omit<ClosedLoop, 'connections'>,
  signal: AbortSignal,
): Promise<ClosedLoopResult> {
  const job: ClosedLoop = { ...load, connections: CONNECTIONS }
  const result = await runDriver<ClosedLoopResult>(DRIVER, job, signal)
  const { taken, other } = result
  const lost = Object.values(other).reduce((sum, count) => sum + count, 0)
  if (lost > MOST_OTHER * taken)
    throw new Error(`${lost} orders were not taken (${JSON.stringify(other)}), and ${taken} were.`)
  return result
}

/** Resolves with orders a second that were completed: answered 201. @throws Error when more than 1 % of them were not */
export async function completedPerSecond(
  load: Pick<ClosedLoop, 'url' | 'runId'> & { seconds: number },
  signal: AbortSignal,
): Promise<number> {
  const orders = Math.ceil(MOST_PER_SECOND * load.seconds)
  const { taken, beganNs, endedNs } = await runClosedLoop({ ...load, orders, status: 201 }, signal)
  return (taken * 1e9) / (endedNs - beganNs)
}

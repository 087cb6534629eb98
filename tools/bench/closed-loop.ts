/**
 * A load in a closed loop, from a process of its own: each of 64 connections sends its next order when it has the answer to the
 * last one. It says how much a target completes, and nothing of how long clients would wait: for that the lab has an open loop.
 */
import { runDriver } from './driver.ts'

export type ClosedLoop = { url: string; runId: string; seconds: number; connections: number }

/** `completed` were answered 201, in so many seconds from the first request to the last answer; the `other` ones by kind of answer. */
export type ClosedLoopResult = { completed: number; seconds: number; other: Record<string, number> }

const DRIVER = new URL('./closed-loop-main.ts', import.meta.url)
const CONNECTIONS = 64
/** Orders that were not completed are not counted; of more than these the rate says nothing. */
const MOST_OTHER = 0.01

/** Resolves with completed orders per second. @throws Error when more than 1 % of them were not completed */
export async function closedLoopRate(target: Omit<ClosedLoop, 'connections'>, signal: AbortSignal): Promise<number> {
  const job: ClosedLoop = { ...target, connections: CONNECTIONS }
  const { completed, seconds, other } = await runDriver<ClosedLoopResult>(DRIVER, job, signal)
  const lost = Object.values(other).reduce((sum, count) => sum + count, 0)
  if (lost > MOST_OTHER * completed)
    throw new Error(`${lost} orders were not completed (${JSON.stringify(other)}), and ${completed} were.`)
  return completed / seconds
}

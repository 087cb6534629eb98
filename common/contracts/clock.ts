// Clocks: monotonic for durations, wall for event time; and the kernel's boot, to know which processes share the monotonic one.
// And the race that holds a deadline over work which does not listen to a signal itself.
import { readFileSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import type { ClockView } from './evidence.ts'

/**
 * Nanoseconds of CLOCK_MONOTONIC as a number: exact for 104 days after boot, then to the nearest 2 ns. Columns that hold
 * it are REAL: of an INTEGER column larger than 2^53 the driver throws.
 */
export const monotonicNs = (): number => Number(process.hrtime.bigint())

export const wallTime = (): string => new Date().toISOString()

/** The milliseconds since 1970 of a time in RFC 3339. A leap second, which a Date does not know, is the second before it. */
export const epochMs = (time: string): number => Date.parse(time.toUpperCase().replace(/(T\d\d:\d\d):60/, '$1:59'))

/** The minute of such a time in UTC, such as `2026-01-01T12:00`. */
export const minuteOf = (time: string): string => new Date(epochMs(time)).toISOString().slice(0, -':00.000Z'.length)

/** The id of this kernel's boot: from Linux; elsewhere derived from the host and the minute of its start. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return `${hostname()}-${Math.round((Date.now() / 1000 - uptime()) / 60)}`
  }
}

const boot = bootId()

export const readClock = (): ClockView => ({ monotonicNs: monotonicNs(), bootId: boot })

/** A signal that aborts in so many milliseconds, unless it is cleared: that of `AbortSignal.timeout` aborts whether or not anybody still waits. */
export function deadlineIn(ms: number): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(new Error(`the deadline of ${ms} ms has passed`)), ms)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

/**
 * Settles as `work` does, or rejects with the reason of `signal` as soon as that aborts. Work that is too late goes on
 * unobserved: its result is dropped, and its error ends nothing.
 */
export async function withDeadline<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const late = Promise.withResolvers<never>()
  const expire = () => late.reject(signal.reason)
  signal.addEventListener('abort', expire)
  if (signal.aborted) expire()
  try {
    return await Promise.race([work, late.promise])
  } finally {
    signal.removeEventListener('abort', expire)
  }
}

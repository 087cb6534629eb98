/**
 * Waits for a condition instead of a fixed time. Guarantees that it ends: with the condition's value, or
 * at the deadline with an error that names the condition. It does not interrupt a condition that hangs.
 */
import { setTimeout as sleep } from 'node:timers/promises'

export type WaitOptions = {
  deadlineMs: number
  /** Pause between two probes; 50 when not given. */
  everyMs?: number
  /** Completes the sentence "Timed out after … ms waiting for …". */
  what: string
  signal?: AbortSignal
}

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>

/** Resolves with the first truthy value of `condition`; what it throws ends the wait at once. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { deadlineMs, everyMs = 50, what, signal }: WaitOptions,
): Promise<Truthy<T>> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    signal?.throwIfAborted()
    const value = await condition()
    if (value) return value as Truthy<T>
    if (performance.now() >= deadline) throw new Error(`Timed out after ${deadlineMs} ms waiting for ${what}.`)
    await sleep(everyMs, undefined, { signal })
  }
}

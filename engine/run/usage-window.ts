// When the resource usage of a variant is read: as the first measured order begins, and when the last accepted one is decided and
// notified. Guarantees: what earlier work had left to be written is on the disk before the load, or the disk's counts are
// void; a window that does not come to its end in time is unknown. Where usage is not measured it does nothing.
import { setTimeout as wait } from 'node:timers/promises'
import { waitFor } from '#host/wait-for.ts'
import { type Usage, type UsageReading, readUsage } from './usage.ts'
import { syncAway } from '#host/block-device.ts'
import type { Variant } from '../experiment/define.ts'
import type { Attempt } from '../load/attempt.ts'
import type { Runtime } from '../experiment/runtime.ts'
import type { Progress } from '../experiment/steps.ts'

const SYNC_MS = 30_000
/** Between two probes whether every order is decided. */
const PROBE_MS = 200

export type UsageWindow = {
  /** Before the load. */
  prepare(): Promise<void>
  /** Resolves when it has begun, in so many milliseconds. */
  begin(inMs: number): Promise<void>
  /** After the load and the timeline; undefined where usage is not measured. */
  end(attempts: readonly Attempt[]): Promise<Usage | undefined>
}

type Options = {
  variant: Pick<Variant, 'measuresUsage' | 'quiescenceMs' | 'completeWhen'>
  runtime: Pick<Runtime, 'host'>
  probe(): Promise<Progress>
  signal: AbortSignal
}

export function openUsageWindow({ variant, runtime: { host }, probe, signal }: Options): UsageWindow {
  const nothing = async () => {}
  if (!variant.measuresUsage) return { prepare: nothing, begin: nothing, end: async () => undefined }
  if (!host) return { prepare: nothing, begin: nothing, end: async () => ({ unknown: 'not measured in containers' }) }
  let synced = false
  let before: UsageReading | null = null
  return {
    async prepare() {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(SYNC_MS)])
      synced = await syncAway(host.dataFolder, inTime).then(
        () => true,
        () => false,
      )
    },
    async begin(inMs) {
      await wait(Math.max(0, inMs), undefined, { signal })
      before = readUsage(host)
      if (before && !synced) before.device = null
    },
    async end(attempts) {
      if (!(await allDecided(attempts, variant, probe, signal)))
        return { unknown: 'not every order was decided in time' }
      const after = readUsage(host)
      return before && after ? { before, after } : { unknown: 'there is no /proc here' }
    },
  }
}

/**
 * Every accepted order is decided, what the variant waits for has come, and a second probe finds no more of either:
 * notifications come after decisions. False when that has not come in time.
 */
async function allDecided(
  attempts: readonly Attempt[],
  { quiescenceMs, completeWhen: awaited }: Options['variant'],
  probe: Options['probe'],
  signal: AbortSignal,
): Promise<boolean> {
  const accepted = new Set(attempts.filter(isAccepted).map(({ orderId }) => orderId)).size
  let seen = ''
  const done = async (): Promise<boolean> => {
    const view = await probe()
    const before = seen
    seen = `${view.decided} ${view.notified}`
    return view.decided >= accepted && seen === before && (awaited?.(view) ?? true)
  }
  try {
    return await waitFor(done, {
      deadlineMs: quiescenceMs,
      everyMs: PROBE_MS,
      what: 'every order to be decided',
      signal,
    })
  } catch {
    signal.throwIfAborted()
    return false
  }
}

const isAccepted = ({ answer }: Attempt): boolean => answer.kind === 'status' && answer.status < 300

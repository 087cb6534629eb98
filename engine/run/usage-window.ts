// When the costs of a variant are read: as the first measured order begins, and when the last accepted one is decided and
// confirmed. Guarantees: what earlier work had left to be written is on the disk before the load, or the disk's counts are
// void; a window that does not come to its end in time is unknown. Where costs are not asked for it does nothing.
import { setTimeout as wait } from 'node:timers/promises'
import { waitFor } from '#host/wait-for.ts'
import { type Costs, type UsageReading, readUsage } from './usage.ts'
import { syncAway } from '#host/block-device.ts'
import type { Variant } from '../experiment/define.ts'
import type { Attempt } from '../load/attempt.ts'
import type { Runtime } from '../experiment/runtime.ts'
import type { Progress } from '../experiment/steps.ts'

const SYNC_MS = 30_000
/** Between two looks at whether all is decided. */
const LOOK_MS = 200

export type UsageWindow = {
  /** Before the load. */
  prepare(): Promise<void>
  /** Resolves when it has begun, in so many milliseconds. */
  begin(inMs: number): Promise<void>
  /** After the load and the timeline; undefined where costs are not asked for. */
  end(attempts: readonly Attempt[]): Promise<Costs | undefined>
}

type Options = {
  variant: Pick<Variant, 'costs' | 'quiescenceMs' | 'completeWhen'>
  runtime: Pick<Runtime, 'host'>
  look(): Promise<Progress>
  signal: AbortSignal
}

export function openUsageWindow({ variant, runtime: { host }, look, signal }: Options): UsageWindow {
  const nothing = async () => {}
  if (!variant.costs) return { prepare: nothing, begin: nothing, end: async () => undefined }
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
      if (!(await allDecided(attempts, variant, look, signal)))
        return { unknown: 'not every order was decided in time' }
      const after = readUsage(host)
      return before && after ? { before, after } : { unknown: 'there is no /proc here' }
    },
  }
}

/**
 * Every accepted order is decided, what the variant waits for has come, and a second look finds no more of either:
 * confirmations come after decisions. False when that has not come in time.
 */
async function allDecided(
  attempts: readonly Attempt[],
  { quiescenceMs, completeWhen: awaited }: Options['variant'],
  look: Options['look'],
  signal: AbortSignal,
): Promise<boolean> {
  const accepted = new Set(attempts.filter(isAccepted).map(({ orderId }) => orderId)).size
  let seen = ''
  const done = async (): Promise<boolean> => {
    const view = await look()
    const before = seen
    seen = `${view.decided} ${view.notified}`
    return view.decided >= accepted && seen === before && (awaited?.(view) ?? true)
  }
  try {
    return await waitFor(done, {
      deadlineMs: quiescenceMs,
      everyMs: LOOK_MS,
      what: 'every order to be decided',
      signal,
    })
  } catch {
    signal.throwIfAborted()
    return false
  }
}

const isAccepted = ({ answer }: Attempt): boolean => answer.kind === 'status' && answer.status < 300

// What services and brokers of a variant used, and when that is read: as the first measured order begins, and when the last
// accepted one is decided and notified.
// Guarantees: what cannot be read is null, for a whole service or broker or for one of its figures. What earlier work had left
// to be written is on the disk before the load, or the disk's counts are void; a window that does not come to its end in time is
// unknown. Where usage is not measured nothing is done.
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { monotonicNs } from '#common/contracts/clock.ts'
import { readDevice, syncAway } from '#host/block-device.ts'
import { familiesOf, type ProcessRow, readProcesses } from '#host/process-table.ts'
import { waitFor } from '#host/wait-for.ts'
import type { Variant } from '../experiment/define.ts'
import type { Host, Runtime } from '../experiment/runtime.ts'
import type { Progress } from '../experiment/steps.ts'
import type { Attempt } from '../load/attempt.ts'
import type { ResourceUsage, Usage, UsageReading } from './history.ts'

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
  { quiescenceMs, completeWhen }: Options['variant'],
  probe: Options['probe'],
  signal: AbortSignal,
): Promise<boolean> {
  const accepted = new Set(attempts.filter(isAccepted).map(({ orderId }) => orderId)).size
  let seen = ''
  const done = async (): Promise<boolean> => {
    const view = await probe()
    const before = seen
    seen = `${view.decided} ${view.notified}`
    return view.decided >= accepted && seen === before && (completeWhen?.(view) ?? true)
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

/** Null where there is no /proc. */
export function readUsage({ dataFolder, processes }: Host): UsageReading | null {
  const rows = readProcesses()
  if (!rows) return null
  const uses = processes().map(({ name, kind, pids }) => ({ name, kind, use: useOf(rows, pids) }))
  return { atNs: monotonicNs(), uses, device: readDevice(dataFolder) }
}

function useOf(rows: ReadonlyMap<number, ProcessRow>, leaders: readonly number[]): ResourceUsage | null {
  const all = familiesOf(rows, leaders)
  if (!all) return null
  const sum = (file: string, pattern: RegExp): number | null => {
    const figures = all.map(({ pid }) => figureOf(pid, file, pattern, leaders.includes(pid)))
    return figures.every(figure => figure !== null) ? figures.reduce((one, other) => one + other, 0) : null
  }
  const kilobytes = sum('smaps_rollup', /^Pss: +(\d+) kB$/m)
  return {
    began: leaders.map(pid => `${pid}@${rows.get(pid)?.startTicks}`).join(' '),
    cpuSeconds: all.reduce((seconds, row) => seconds + row.cpuSeconds, 0),
    writtenBytes: sum('io', /^write_bytes: (\d+)$/m),
    memoryBytes: kilobytes === null ? null : kilobytes * 1_024,
  }
}

/** A figure of a process; null when it cannot be read. What follows a leader may have ended just now: it holds nothing. */
function figureOf(pid: number, file: string, pattern: RegExp, leads: boolean): number | null {
  try {
    const found = pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1]
    return found === undefined ? null : Number(found)
  } catch (error) {
    const ended = error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))
    return ended && !leads ? 0 : null
  }
}

// Clocks: monotonic for durations, wall for event time; and the kernel's boot, to know who shares the monotonic one.
import { readFileSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import type { ClockView } from '../contracts/evidence.ts'
import { monotonicNs } from '../stores/clock.ts'

export { monotonicNs }

export const wallTime = (): string => new Date().toISOString()

/** The boot of this kernel: Linux tells it; elsewhere it is guessed from the host and the minute of its start. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return `${hostname()}-${Math.round((Date.now() / 1000 - uptime()) / 60)}`
  }
}

const boot = bootId()

export const readClock = (): ClockView => ({ monotonicNs: monotonicNs(), bootId: boot })

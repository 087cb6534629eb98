// The block device that holds a folder, and what it has written: the kernel counts that for the machine, not for a process.
// Guarantees: null where no device stands behind the folder (tmpfs, overlay, btrfs, another system), never a guess.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const SECTOR_BYTES = 512
/** Fields of /sys/dev/block/<major>:<minor>/stat, from 0; the second is there since Linux 5.5. */
const SECTORS_WRITTEN = 6
const FLUSHES = 15

export type DeviceUse = {
  /** Since boot, by whoever: a page that is still in memory is not among them. */
  writtenBytes: number
  /** Requests to empty the device's own cache that it has completed; null where they are not counted. */
  flushes: number | null
}

/** @param devices where the system keeps its block devices by number */
export function readDevice(folder: string, devices = '/sys/dev/block'): DeviceUse | null {
  try {
    const device = join(devices, numberOf(folder))
    const counts = countsOf(device)
    // Flushes are counted for the whole disk; the count of a partition stays 0.
    const flushes = (existsSync(`${device}/partition`) ? countsOf(`${device}/..`) : counts)[FLUSHES]
    const sectors = counts[SECTORS_WRITTEN]
    return sectors === undefined ? null : { writtenBytes: sectors * SECTOR_BYTES, flushes: flushes || null }
  } catch {
    return null
  }
}

/** `major:minor` of the device that holds the folder. */
export function numberOf(folder: string): string {
  const { dev } = statSync(folder)
  return `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`
}

const countsOf = (device: string): number[] => readFileSync(`${device}/stat`, 'utf8').trim().split(/\s+/).map(Number)

/** Lets the file system of a folder write what it still has in memory. @throws Error when that fails or is aborted */
export async function syncAway(folder: string, signal: AbortSignal): Promise<void> {
  await promisify(execFile)('sync', ['-f', folder], { signal })
}

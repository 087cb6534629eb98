// Writes `metrics.json` atomically: a reader sees the document before or after a write, never a part of one.
// Guarantees: after `write` the file gets the present state of the store, at most ten times a second. Calls share the next write.
import { createHash } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { makeFolder } from '#common/contracts/make-folder.ts'
import type { PartitionRead, ProgressView } from './counts.ts'

/** A write is a new file that is synced and renamed: under load it would cost more than the counting. */
const EVERY_MS = 100

/** A document, and the records that it was computed from: one read of the store gives both. */
export type MetricsState = { document: string; partitions: PartitionRead[] }

export type MetricsFile = {
  write(): void
  /** Resolves when the file has the state of the store at the last `write`. */
  written(): Promise<void>
  /** The file that was written last, and the records that it rests on. Without partitions and file before the first write. */
  progress(): ProgressView
}

export function metricsFile(
  file: string,
  state: () => Promise<MetricsState>,
  onDegraded: (problem: string | null) => void,
): MetricsFile {
  makeFolder(dirname(file))
  let isRequested = false
  let writing: Promise<void> = Promise.resolve()
  let isWriting = false
  let nextMs = 0
  let progress: ProgressView = { partitions: [], metricsFile: null }

  async function writeOne(): Promise<void> {
    const { document, partitions } = await state()
    const temporary = await open(`${file}.tmp`, 'w')
    try {
      await temporary.writeFile(document)
      await temporary.sync()
    } finally {
      await temporary.close()
    }
    await rename(`${file}.tmp`, file)
    const bytes = await readFile(file)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    progress = { partitions, metricsFile: { bytes: bytes.length, sha256 } }
  }

  async function writeAll(): Promise<void> {
    isWriting = true
    while (isRequested) {
      await wait(Math.max(0, nextMs - performance.now()))
      nextMs = performance.now() + EVERY_MS
      isRequested = false
      try {
        await writeOne()
        onDegraded(null)
      } catch (error) {
        onDegraded(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    isWriting = false
  }

  return {
    write() {
      isRequested = true
      if (!isWriting) writing = writeAll()
    },
    written: () => writing,
    progress: () => progress,
  }
}

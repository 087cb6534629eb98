// Writes `metrics.json` atomically: a reader sees the document before or after a write, never a part of one.
// Guarantees: after `write` the file gets the present state of the store. Calls during a write share the next one.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '#common/contracts/make-folder.ts'

export type MetricsFile = {
  write(): void
  /** Resolves when the file has the state of the store at the last `write`. */
  written(): Promise<void>
  /** The size and the SHA-256 of the file on disk; null when there is no file. */
  digest(): { bytes: number; sha256: string } | null
}

export function metricsFile(
  file: string,
  document: () => Promise<string>,
  onDegraded: (problem: string | null) => void,
): MetricsFile {
  makeFolder(dirname(file))
  let isRequested = false
  let writing: Promise<void> = Promise.resolve()
  let isWriting = false

  async function writeAll(): Promise<void> {
    isWriting = true
    while (isRequested) {
      isRequested = false
      try {
        const temporary = await open(`${file}.tmp`, 'w')
        try {
          await temporary.writeFile(await document())
          await temporary.sync()
        } finally {
          await temporary.close()
        }
        await rename(`${file}.tmp`, file)
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
    digest() {
      if (!existsSync(file)) return null
      const bytes = readFileSync(file)
      return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    },
  }
}

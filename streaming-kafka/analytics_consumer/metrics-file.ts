// Writes `metrics.json` whole: a reader sees the document before or the one after, never a part of one.
// Guarantees: after `write` the file comes to say what the store says; writes that come meanwhile share the next one.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

export type MetricsFile = {
  write(): void
  /** Resolves when the file says what the store said at the last `write`. */
  written(): Promise<void>
  /** Its size in bytes and their SHA-256, as it is on disk now; null when it is not there. */
  digest(): { bytes: number; sha256: string } | null
}

export function metricsFile(
  file: string,
  document: () => string,
  onDegraded: (trouble: string | null) => void,
): MetricsFile {
  mkdirSync(dirname(file), { recursive: true })
  let wanted = false
  let writing: Promise<void> = Promise.resolve()
  let busy = false

  async function writeAll(): Promise<void> {
    busy = true
    while (wanted) {
      wanted = false
      try {
        const temporary = await open(`${file}.tmp`, 'w')
        try {
          await temporary.writeFile(document())
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
    busy = false
  }

  return {
    write() {
      wanted = true
      if (!busy) writing = writeAll()
    },
    written: () => writing,
    digest() {
      if (!existsSync(file)) return null
      const bytes = readFileSync(file)
      return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
    },
  }
}

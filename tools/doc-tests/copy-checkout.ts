// A copy of parts of the checkout for a tour, so that a test changes nothing in the checkout and leaves nothing there.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../..')

/** Files of a reader's own stack. They stay out of the copy. */
const LOCAL_FILES = /\/(\.env|metrics\/[^/]+\.json)$/

/** Both folders are removed after the test. `folder` is for what the test writes itself. */
export function copyCheckout(t: TestContext, parts: readonly string[]): { folder: string; copy: string } {
  const folder = mkdtempSync(join(tmpdir(), 'lab-tour-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const copy = join(folder, 'copy')
  for (const part of parts)
    cpSync(join(ROOT, part), join(copy, part), { recursive: true, filter: path => !LOCAL_FILES.test(path) })
  return { folder, copy }
}

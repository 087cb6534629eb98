import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

/** A cache folder for the tests of one file, in place of the user's own; removed after the last of them. */
export function testCache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'test-cache-'))
  const before = process.env.LAB_CACHE_DIR
  process.env.LAB_CACHE_DIR = folder
  after(() => {
    if (before === undefined) delete process.env.LAB_CACHE_DIR
    else process.env.LAB_CACHE_DIR = before
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/**
 * A path that a shell script may leave unquoted. RabbitMQ's and Erlang's own start scripts do, so that a folder with a space
 * or another special character in its name would end them.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PLAIN = /^[\w./@+-]+$/

export type PlainPath = { path: string; remove(): void }

/** The path itself where it is plain, else a link to it in the folder for temporary files. @throws one sentence when that is not plain either */
export function plainPath(path: string): PlainPath {
  if (PLAIN.test(path)) return { path, remove() {} }
  if (!PLAIN.test(tmpdir()))
    throw new Error(
      `RabbitMQ cannot start in ${path}: set TMPDIR or LAB_CACHE_DIR to a path without special characters.`,
    )
  const folder = mkdtempSync(join(tmpdir(), 'lab-plain-'))
  const link = join(folder, 'folder')
  symlinkSync(path, link)
  return { path: link, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

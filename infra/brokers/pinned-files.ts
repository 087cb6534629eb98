/**
 * Files that are fetched, compared with those that were fetched when their list was written. The list is as `sha256sum`
 * writes it, a digest and a name a line, and is committed: no server or mirror can give out another file unseen.
 */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Resolves with what is wrong with the first file that is not as the list says, or with undefined. */
export async function findForeignFile(folder: string, list: string): Promise<string | undefined> {
  const digests = new Map<string, string>()
  for (const line of readFileSync(list, 'utf8').split('\n')) {
    const [digest, name] = line.trim().split(/\s+/)
    if (digest && name) digests.set(name, digest)
  }
  const names = readdirSync(folder).toSorted()
  for (const name of names) {
    const expected = digests.get(name)
    if (expected === undefined) return `${name} is not in the list`
    if (hash('sha256', await readFile(join(folder, name))) !== expected) return `${name} has another SHA-256`
  }
  const missing = [...digests.keys()].find(name => !names.includes(name))
  return missing === undefined ? undefined : `${missing} is missing`
}

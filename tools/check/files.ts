/**
 * The files of the checkout, as a person would list them: nothing installed, nothing that runs leave.
 * It reads the disk and not git, so that a file is checked before it is added, and in a copy without git.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

const LEFT_OUT = new Set(['node_modules', '.git', 'runs'])
const TEXT =
  /\.(ts|js|json|md|ya?ml|conf|properties|xml|sh|svg|txt|csv|sha256)$|(^|\/)(Dockerfile|LICENSE|run|\.npmrc|\.gitignore)$/

/** Every text file under `root`, sorted by path. */
export function readTextFiles(root: string): SourceFile[] {
  return paths(root, root)
    .filter(path => TEXT.test(path))
    .sort()
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function paths(root: string, folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : paths(root, path)
    return entry.isFile() ? [relative(root, path).split(sep).join('/')] : []
  })
}

export type SourceFile = {
  /** Relative to the root, with forward slashes. */
  path: string
  text: string
}

/** Sentences, each naming its file; none when all is well. */
export type Rule = (files: readonly SourceFile[]) => string[]

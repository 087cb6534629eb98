/** Paths that exist on one machine only, in code, documents, settings and published results alike. */
import type { SourceFile } from './rule.ts'

const PATHS = /(?<![\w.*)}\]-])\/(?:work|root|Users\/\w+|home\/(?!node\b)\w+)(?![\w-])/
const LIBRARY_LOCK = 'package-lock.json'

export function machinePaths(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => path !== LIBRARY_LOCK)
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        const found = PATHS.exec(line)
        return found ? [`${path}:${index + 1} holds ${found[0]}, a path of one machine.`] : []
      }),
    )
}

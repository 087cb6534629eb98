/** Every rule that no tool holds for us, under the name that the check prints. */
import { forbiddenImports } from './dependency-rules.ts'
import { unexplainedDependencies } from './dependencies.ts'
import { importsOf } from './imports.ts'
import { machinePaths } from './machine-paths.ts'
import type { Rule, SourceFile } from './rule.ts'
import { emptyOrSleepingTests } from './test-files.ts'

const MAX_LINES = 200

export const RULES: Readonly<Record<string, Rule>> = {
  rooms: files =>
    forbiddenImports(Object.fromEntries(files.filter(isCode).map(({ path, text }) => [path, importsOf(path, text)]))),
  [`no file over ${MAX_LINES} lines`]: tooLong,
  'tests that test': emptyOrSleepingTests,
  'no machine paths': machinePaths,
  'dependencies explained': unexplainedDependencies,
}

/** Whatever is written by hand to be run; what is generated or configured may be long. */
export function tooLong(files: readonly SourceFile[]): string[] {
  return files.filter(isCode).flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length
    return lines > MAX_LINES ? [`${path} has ${lines} lines; split it where one idea ends (${MAX_LINES} at most).`] : []
  })
}

function isCode({ path }: SourceFile): boolean {
  return /\.(ts|js|sh)$/.test(path)
}

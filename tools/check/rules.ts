/** Every rule that no tool holds for us, under the name that the check prints. */
import { forbiddenImports } from './dependency-rules.ts'
import { unexplainedDependencies } from './dependencies.ts'
import { importsOf } from './imports.ts'
import { machinePaths } from './machine-paths.ts'
import type { Rule, SourceFile } from './rule.ts'
import { emptyOrSleepingTests } from './test-files.ts'

export const RULES: Readonly<Record<string, Rule>> = {
  rooms: files =>
    forbiddenImports(Object.fromEntries(files.filter(isCode).map(({ path, text }) => [path, importsOf(path, text)]))),
  'no empty, skipped or sleeping tests': emptyOrSleepingTests,
  'no machine paths': machinePaths,
  'dependencies explained': unexplainedDependencies,
}

function isCode({ path }: SourceFile): boolean {
  return /\.(ts|js|sh)$/.test(path)
}

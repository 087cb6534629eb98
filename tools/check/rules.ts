/** Every rule that no tool checks, under the name that `npm run check` prints. Which room may import which: dependency-rules.ts. */
import { forbiddenImports } from './dependency-rules.ts'
import { missingPaths } from './documented-paths.ts'
import type { Rule, SourceFile } from './files.ts'
import { importsOf, stringIn, tokensOf } from './imports.ts'

export const RULES: Readonly<Record<string, Rule>> = {
  rooms: files =>
    forbiddenImports(Object.fromEntries(files.filter(isCode).map(({ path, text }) => [path, importsOf(path, text)]))),
  'no empty, skipped or sleeping tests': emptyOrSleepingTests,
  'no machine paths': machinePaths,
  'documented paths exist': missingPaths,
  'dependencies explained': unexplainedDependencies,
}

function isCode({ path }: SourceFile): boolean {
  return /\.(ts|js|sh)$/.test(path)
}

// A test file tests: it declares a test (or hands a model to the conformance suite, which does), leaves none
// out, and waits for conditions, never for time. A timer that stands for a slow peer is allowed.

const DECLARES = /(?<!\. )\b(?:test|it) \(/
const LEFT_OUT = /\. (?:skip|only|todo) \(|[{,] (?:skip|todo) :|[{,] only : true/
const SLEEPS =
  /new Promise (?:< \w+ > )?\( \(? ?\w* ?(?:, \w+ )?\)? ?= > \{? ?(?:return )?setTimeout|promisify \( setTimeout|scheduler \. wait|Atomics \. wait/
const TIMERS = ['node:timers/promises', 'timers/promises']

export function emptyOrSleepingTests(files: readonly SourceFile[]): string[] {
  return files.filter(({ path }) => /\.((compose|browser)-)?test\.ts$/.test(path)).flatMap(complaints)
}

function complaints({ path, text }: SourceFile): string[] {
  const imports = importsOf(path, text)
  const code = tokensOf(text).map(withoutText).join(' ')
  const tests = DECLARES.test(code) || imports.some(name => name.startsWith('conformance/'))
  const sleeps = SLEEPS.test(code) || imports.some(name => TIMERS.includes(name))
  return [
    tests ? [] : `${path} holds no test.`,
    LEFT_OUT.test(code) ? `${path} leaves a test out (skip, only or todo).` : [],
    sleeps ? `${path} sleeps for a time: wait for an event, or with waitFor() for a condition.` : [],
  ].flat()
}

function withoutText(token: string): string {
  return stringIn(token) === undefined && !token.startsWith('`') ? token : "''"
}

// Every dependency has a reason, in one line that begins with its name; every such line has its dependency.

const REASONS = 'docs/decisions/000-dependencies.md'
const KINDS = ['dependencies', 'optionalDependencies', 'devDependencies']

export function unexplainedDependencies(files: readonly SourceFile[]): string[] {
  const text = (name: string): string => files.find(({ path }) => path === name)?.text ?? ''
  const used = namesIn(text('package.json'))
  const explained = text(REASONS).split('\n').flatMap(namesOfLine)
  return [
    ...used.filter(name => !explained.includes(name)).map(name => `${REASONS} has no line for ${name}.`),
    ...explained
      .filter(name => !name.startsWith('node:') && !used.includes(name))
      .map(name => `${REASONS} explains ${name}, which package.json does not have.`),
  ]
}

/** The names before the first colon that stands outside of backticks: "- `a`, `b`: why". */
function namesOfLine(line: string): string[] {
  const names = /^- ((?:`[^`]+`(?:, )?)+):/.exec(line)?.[1] ?? ''
  return [...names.matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? [])
}

function namesIn(manifest: string): string[] {
  const parsed: Record<string, Record<string, string>> = JSON.parse(manifest || '{}')
  return KINDS.flatMap(kind => Object.keys(parsed[kind] ?? {}))
}

// Paths that exist on one machine only, in code, documents, settings and published results alike.

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

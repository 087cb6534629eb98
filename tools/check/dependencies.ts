/** Every dependency has a reason, in one line that begins with its name; every such line has its dependency. */
import type { SourceFile } from './rule.ts'

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
  const parsed: unknown = JSON.parse(manifest || '{}')
  if (!isRecord(parsed)) return []
  return KINDS.flatMap(kind => Object.keys(isRecord(parsed[kind]) ? parsed[kind] : {}))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

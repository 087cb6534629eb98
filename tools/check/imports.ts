/**
 * What a file imports: statements, `import type`, `export … from` and `import('…')` with a literal string.
 * An import whose name is computed is not seen.
 */
import { posix } from 'node:path'
import { stringIn, tokensOf } from './tokens.ts'

/**
 * The imported names in their order, resolved where they are files of this project: `#common/service/log.ts` and
 * `../service/log.ts` both become `common/service/log.ts`. Packages and `node:` modules stay as they are written.
 */
export function importsOf(path: string, text: string): string[] {
  const tokens = tokensOf(text)
  return tokens.flatMap((token, at) => {
    const name = stringIn(token)
    return name !== undefined && isImported(tokens, at) ? [resolve(path, name)] : []
  })
}

// A string right after `from` or `import` stands nowhere else in the language.
function isImported(tokens: readonly string[], at: number): boolean {
  const before = tokens[at - 1]
  return before === 'from' || before === 'import' || (before === '(' && tokens[at - 2] === 'import')
}

function resolve(path: string, name: string): string {
  if (name.startsWith('#')) return name.slice(1)
  return /^\.\.?\//.test(name) ? posix.join(posix.dirname(path), name) : name
}

/**
 * A file of TypeScript as a row of tokens, and what it imports. It is no parser, and precise enough to find imports and calls
 * without being misled by comments and strings: a template is one token, with all that is in it.
 */
import { posix } from 'node:path'

const COMMENT = /\/\/.*|\/\*[\s\S]*?\*\//
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/
// A slash begins an expression only where a value may begin; elsewhere it divides.
const PATTERN = /(?<=(?:^|[(,=:[!&|?{};>])\s*|\breturn\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/u
const TOKEN = new RegExp([COMMENT, STRING, PATTERN, WORD, /\S/].map(part => part.source).join('|'), 'gmu')

/** The tokens in their order, without comments; strings keep their quotes. */
export function tokensOf(text: string): string[] {
  return (text.match(TOKEN) ?? []).filter(token => !token.startsWith('//') && !token.startsWith('/*'))
}

/** The text of a string token; undefined for any other token, also for a template. */
export function stringIn(token: string): string | undefined {
  return /^['"]/.test(token) ? token.slice(1, -1) : undefined
}

/**
 * The names that a file imports, by statements, `import type`, `export … from` and `import('…')`, in their order; a name that is
 * computed is not seen. Files of this project are resolved: `#common/service/log.ts` and `../service/log.ts` both become
 * `common/service/log.ts`. Packages and `node:` modules stay as they are written.
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

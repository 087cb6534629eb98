/**
 * A file of TypeScript as a row of tokens, without its comments: enough to find imports and calls without
 * being misled by what stands in a string. Not a parser: a template is one token, with all that is in it.
 */

const COMMENT = /\/\/.*|\/\*[\s\S]*?\*\//
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/
// A slash begins an expression only where a value may begin; elsewhere it divides.
const PATTERN = /(?<=(?:^|[(,=:[!&|?{};>])\s*|\breturn\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/u
const TOKEN = new RegExp([COMMENT, STRING, PATTERN, WORD, /\S/].map(part => part.source).join('|'), 'gmu')

/** The tokens in their order; strings keep their quotes. */
export function tokensOf(text: string): string[] {
  return (text.match(TOKEN) ?? []).filter(token => !token.startsWith('//') && !token.startsWith('/*'))
}

/** What a string token says, or nothing where the token is no plain string. */
export function stringIn(token: string | undefined): string | undefined {
  return token && /^['"]/.test(token) ? token.slice(1, -1) : undefined
}

/**
 * Every path in backticks in a Markdown file that looks like a file or folder of this repository exists: it begins with a
 * folder at the root or beside the page. Not seen: patterns (`*.ts`, `<model>`), names without a slash, files that are not text,
 * and files in a folder whose own .gitignore says that all of them are generated.
 */
import { posix } from 'node:path'
import type { SourceFile } from './files.ts'

const CODE = /(?<!`)`([^`\n]+)`(?!`)/g
const FENCE = /^(```|~~~)[\s\S]*?^\1/gm
/** Letters, digits and `._@-`, with at least one slash; a line number or an anchor may follow. */
const PATH = /^(?<path>[\w.@-]+(?:\/[\w.@-]+)*\/?)(?::\d+(?:-\d+)?|#[\w-]+)?$/
const NO_TEXT = /\.(png|jpe?g|gif|ico|ttf|gz|db|sqlite)$/

export function missingPaths(files: readonly SourceFile[]): string[] {
  const existing = new Set(files.flatMap(({ path }) => withFolders(path)))
  const generated = files
    .filter(({ path, text }) => path.endsWith('/.gitignore') && text.split('\n').includes('*'))
    .map(({ path }) => posix.dirname(path))
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(page =>
      namedPaths(page.text)
        .filter(({ name }) => isMissing(name, posix.dirname(page.path), existing, generated))
        .map(({ name, line }) => `${page.path}:${line} names ${name}, which does not exist.`),
    )
}

/** The path and all folders that contain it. */
function withFolders(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function namedPaths(text: string): { name: string; line: number }[] {
  const prose = text.replaceAll(FENCE, block => block.replaceAll(/[^\n]/g, ' '))
  return [...prose.matchAll(CODE)].flatMap(({ 1: code = '', index }) => {
    const name = PATH.exec(code)?.groups?.path
    const line = prose.slice(0, index).split('\n').length
    return name?.includes('/') && !NO_TEXT.test(name) ? [{ name: name.replace(/\/$/, ''), line }] : []
  })
}

function isMissing(name: string, folder: string, existing: ReadonlySet<string>, generated: readonly string[]): boolean {
  const [first = ''] = name.split('/')
  const places = ['.', folder]
  const looksLikeOurs = /^\.\.?$/.test(first) || places.some(place => existing.has(posix.join(place, first)))
  const paths = places.map(place => posix.join(place, name))
  const isKnown = (path: string) => existing.has(path) || generated.includes(posix.dirname(path))
  return looksLikeOurs && !paths.some(isKnown)
}

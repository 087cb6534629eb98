import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { test } from 'node:test'

const ROOT = resolve(import.meta.dirname, '../..')
const pages = new Map(
  globSync('{*,docs/**/*,common/*,*/README,*/tests/results/*}.md', { cwd: ROOT })
    .filter(path => !path.startsWith('node_modules/'))
    .map(path => [path, readFileSync(join(ROOT, path), 'utf8')]),
)

/** Of headings as GitHub makes them, and those that a page sets itself. */
function anchorsOf(page: string): string[] {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  const own = [...page.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id)
  return [
    ...own,
    ...headings.map(text =>
      text
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  ]
}

test('every relative link leads to a file or a folder', () => {
  const broken = [...pages].flatMap(([from, page]) =>
    [...page.matchAll(/(?:\]\(|(?:href|src)=")([^)"\s#:]+)(?:#[^)"\s]*)?[)"]/g)].flatMap(([, path = '']) =>
      existsSync(join(ROOT, dirname(from), path)) ? [] : [`${from}: ${path}`],
    ),
  )
  assert.deepEqual(broken, [])
})

test('every link between pages with an anchor leads to a heading', () => {
  const broken = [...pages].flatMap(([from, page]) =>
    [...page.matchAll(/(?:\]\(|href=")([^)"\s#:]*)#([^)"\s]+)[)"]/g)].flatMap(([, path = '', anchor = '']) => {
      const to = path === '' ? from : posix.join(dirname(from), path)
      const target = pages.get(to)
      return target === undefined || anchorsOf(target).includes(anchor) ? [] : [`${from}: ${path}#${anchor}`]
    }),
  )
  assert.deepEqual(broken, [])
})

test('every tour and every page of docs is linked from another page', () => {
  const linked = [...pages].flatMap(([from, page]) =>
    [...page.matchAll(/\]\(([^)\s#]+)/g)].map(([, path = '']) => posix.join(dirname(from), path)),
  )
  const alone = [...pages.keys()].filter(path => /^docs\/(?!decisions)/.test(path) && !linked.includes(path))
  assert.deepEqual(alone, [])
})

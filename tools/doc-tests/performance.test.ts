// docs/performance.md is rendered from docs/performance.json, where a bench was published.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { publishable, readBenchFile } from '../bench/bench-file.ts'
import { performancePage } from '../bench/performance-page.ts'
import { ROWS } from '../bench/rows.ts'

const DOCS = resolve(import.meta.dirname, '../../docs')
const [json, page] = [join(DOCS, 'performance.json'), join(DOCS, 'performance.md')]

test('docs/performance.md shows what docs/performance.json holds, and there is none without the other', () => {
  assert.equal(existsSync(page), existsSync(json))
  if (!existsSync(json)) return
  const file = publishable(
    readBenchFile(readFileSync(json, 'utf8'), json),
    ROWS.map(({ name }) => name),
  )
  assert.ok(
    readFileSync(page, 'utf8') === performancePage(file, ROWS),
    'docs/performance.md is old: run npm run bench -- --publish',
  )
})

// docs/performance.md is rendered from docs/performance.json.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { publishable, readBenchFile } from '../bench/bench-file.ts'
import { performancePage } from '../bench/performance-page.ts'
import { ROWS } from '../bench/rows.ts'

const doc = (name: string): string => resolve(import.meta.dirname, '../../docs', name)

test('docs/performance.md shows what docs/performance.json holds, of every row of the bench', () => {
  const file = readBenchFile(readFileSync(doc('performance.json'), 'utf8'), 'docs/performance.json')
  const names = ROWS.map(({ name }) => name)
  const page = performancePage(publishable(file, names), ROWS)
  assert.ok(readFileSync(doc('performance.md'), 'utf8') === page, 'it is old: run npm run bench -- --publish')
})

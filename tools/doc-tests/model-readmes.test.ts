// The READMEs of the models have the same sections, and agree with the table of errors.
// Their settings, faults and results are rendered, and lab/publish/publish.test.ts compares them. The check compares the
// endpoints and the paths; links.test.ts follows the links.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { ERRORS } from '#common/contracts/errors.ts'
import { models } from '../../lab/session/registry.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SECTIONS = [
  'How one order travels',
  'Run',
  'Endpoints',
  'Promises',
  'What becomes of errors',
  'Settings',
  'Results',
  'Where to read the code',
]
const MAX_LINES = 200

const codes: Readonly<Record<string, { status: number; settlement: string }>> = ERRORS
const SETTLEMENTS = new Set(Object.values(codes).map(({ settlement }) => settlement))

const pages = models.map(({ name }) => ({ name, text: readFileSync(join(ROOT, name, 'README.md'), 'utf8') }))

/** The first two cells of each row under a heading that names codes: a status or a settlement, and the codes. */
function errorRows(text: string): { word: string; named: string[] }[] {
  const [, section = ''] = text.split('\n## What becomes of errors\n')
  const [own = ''] = section.split('\n## ')
  return own.split('\n').flatMap(line => {
    const [, word = '', cell = ''] = line.split('|').map(part => part.trim())
    const named = [...cell.matchAll(/`([\w-]+)`/g)].flatMap(([, code]) => code ?? [])
    return named.length > 0 ? [{ word, named }] : []
  })
}

for (const { name, text } of pages) {
  test(`the README of ${name} has the sections that those of the other models have, in under ${MAX_LINES} lines`, () => {
    const found = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    assert.deepEqual(found, SECTIONS)
    assert.ok(text.split('\n').length <= MAX_LINES)
  })

  test(`the README of ${name} has a place for each part that is rendered`, () => {
    for (const part of ['settings', 'faults', 'results'])
      assert.match(text, new RegExp(`<!-- ${part} -->[^]+<!-- /${part} -->`))
  })

  test(`the README of ${name} gives each error the status and the settlement of the table of errors`, () => {
    for (const { word, named } of errorRows(text))
      for (const code of named) {
        const key = SETTLEMENTS.has(word) ? 'settlement' : 'status'
        assert.equal(String(codes[code]?.[key]), word, code)
      }
  })
}

test('the READMEs of the models together name every error', () => {
  const named = new Set(pages.flatMap(({ text }) => errorRows(text).flatMap(row => row.named)))
  assert.deepEqual(
    Object.keys(ERRORS).filter(code => !named.has(code)),
    [],
  )
})

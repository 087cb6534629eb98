// docs/checks.md says of each check what it is shown to catch: rendered from the mutations, which checks.test.ts performs on
// random histories. `UPDATE=1` before the test writes the page again.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { CHECKS } from '#engine/checks/checks.ts'
import { MUTATIONS } from '#engine/testing/mutations/effects.ts'
import { markdown } from '../../lab/report/terminal/table.ts'

const PAGE = resolve(import.meta.dirname, '../../docs/checks.md')
/** A precondition: vacuous or valid, never invalid. */
const CATCHES_NOTHING = new Set(['duplicates-seen'])

const names = [...CHECKS.keys()].filter(name => !CATCHES_NOTHING.has(name))
const caughtBy = (name: string) => MUTATIONS.filter(mutation => mutation.caughtBy.includes(name))

function rendered(page: string): string {
  const parts = {
    counts: markdown(
      ['check', 'ways to break a history that it sees'],
      names.map(name => [`\`${name}\``, String(caughtBy(name).length)]),
    ),
    mutations: markdown(
      ['what is broken', 'seen by'],
      MUTATIONS.map(mutation => [mutation.name, mutation.caughtBy.map(name => `\`${name}\``).join(', ')]),
      false,
    ),
  }
  return Object.entries(parts).reduce(
    (text, [part, table]) =>
      text.replace(
        new RegExp(`<!-- ${part} -->[^]*<!-- /${part} -->`),
        `<!-- ${part} -->\n\n${table}\n\n<!-- /${part} -->`,
      ),
    page,
  )
}

test('docs/checks.md lists every mutation with the checks that see it', () => {
  const page = readFileSync(PAGE, 'utf8')
  if (process.env.UPDATE) writeFileSync(PAGE, rendered(page))
  assert.ok(
    readFileSync(PAGE, 'utf8') === rendered(page),
    'docs/checks.md is old: run UPDATE=1 npm test -- doc-tests/checks',
  )
})

test('there are at least 120 mutations, each with a name of its own, and each check sees at least three', () => {
  assert.ok(MUTATIONS.length >= 120, String(MUTATIONS.length))
  assert.equal(new Set(MUTATIONS.map(({ name }) => name)).size, MUTATIONS.length)
  for (const name of names) assert.ok(caughtBy(name).length >= 3, name)
})

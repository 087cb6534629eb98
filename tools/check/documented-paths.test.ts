import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingPaths } from './documented-paths.ts'

const FILES = ['README.md', 'common/stores/store.ts', 'sync-rest/README.md', 'sync-rest/order_service/main.ts']

/** What the rule says of a page with this text, beside the sample files. */
const complaints = (text: string, page = 'README.md'): string[] =>
  missingPaths(FILES.map(path => ({ path, text: path === page ? text : '' })))

test('a file or folder that exists may be named from the root or from beside the page', () => {
  assert.deepEqual(complaints('see `common/stores/store.ts`, `common/stores/` and `sync-rest/order_service`'), [])
  assert.deepEqual(complaints('see `order_service/main.ts` and `common/stores`', 'sync-rest/README.md'), [])
  assert.deepEqual(complaints('see `../common/stores/store.ts`', 'sync-rest/README.md'), [])
})

test('a file or folder that does not exist is refused, with the page and the line', () => {
  assert.deepEqual(complaints('first\nsee `common/stores/gone.ts`'), [
    'README.md:2 names common/stores/gone.ts, which does not exist.',
  ])
  assert.equal(complaints('see `common/gone/`').length, 1)
  assert.equal(complaints('see `order_service/gone.ts`', 'sync-rest/README.md').length, 1)
  assert.equal(complaints('see `../gone/a.ts`', 'sync-rest/README.md').length, 1)
})

test('a generated file may be named where its folder ignores all files', () => {
  const page = { path: 'README.md', text: 'see `out/metrics.json`' }
  const ignoring = (text: string) => [page, { path: 'out/.gitignore', text }]
  assert.deepEqual(missingPaths(ignoring('*\n!.gitignore\n')), [])
  assert.equal(missingPaths(ignoring('*.log\n')).length, 1)
})

test('a line number and an anchor are no part of the path', () => {
  assert.deepEqual(complaints('see `common/stores/store.ts:12` and `sync-rest/README.md#run`'), [])
  assert.equal(complaints('see `common/stores/gone.ts:12`').length, 1)
})

test('routes, packages, patterns and commands are not paths of the repository', () => {
  const names = ['POST /order', '/reserve', 'node:fs/promises', '@scope/name', 'common/*.ts', '<model>/lab', 'a/b/c']
  assert.deepEqual(complaints(names.map(name => `\`${name}\``).join(' ')), [])
  assert.deepEqual(complaints('```sh\ncat common/gone.ts\n`common/gone.ts`\n```'), [])
})

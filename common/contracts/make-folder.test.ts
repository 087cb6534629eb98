import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from './make-folder.ts'

test('a folder is made with those above it, and one that is there stays as it is', t => {
  const base = mkdtempSync(join(tmpdir(), 'lab-folder-'))
  t.after(() => rmSync(base, { recursive: true }))
  const folder = join(base, 'one', 'two')
  makeFolder(folder)
  writeFileSync(join(folder, 'kept'), '')
  makeFolder(folder)
  assert.ok(existsSync(join(folder, 'kept')))
  assert.throws(() => makeFolder(join(folder, 'kept')), { code: 'EEXIST' })
  assert.throws(() => makeFolder(join(folder, 'kept', 'below a file')), { code: 'ENOTDIR' })
})

test('where the kernel allows no folder it ends with an error', () => {
  assert.throws(() => makeFolder('/proc/nowhere/here'), { code: 'ENOENT' })
})

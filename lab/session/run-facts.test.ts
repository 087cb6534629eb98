import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { labVersion, otherBroker } from './run-facts.ts'

test('a version names its commit, and is marked as edited when files differ from it', t => {
  const root = mkdtempSync(join(tmpdir(), 'version-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=lab', '-c', 'user.email=lab@localhost', ...args], {
      cwd: root,
      stdio: 'ignore',
    })
  assert.match(labVersion(root), /^\d+\.\d+\.\d+$/)
  git('init')
  writeFileSync(join(root, 'a'), 'one')
  git('add', 'a')
  git('commit', '-m', 'one')
  writeFileSync(join(root, 'untracked'), '')
  assert.match(labVersion(root), /^\S+ \([0-9a-f]+\)$/)
  writeFileSync(join(root, 'a'), 'other')
  assert.match(labVersion(root), /^\S+ \([0-9a-f]+, edited\)$/)

  process.env.GIT_DIR = join(root, 'of another repository')
  t.after(() => delete process.env.GIT_DIR)
  assert.match(labVersion(root), /edited/)
})

const packaged = { rabbitmq: { source: 'packages', version: '3.10.8' } }

test('a broker of another version or source is reported, and a new or equal one is not', () => {
  assert.equal(otherBroker({}, packaged), undefined)
  assert.equal(otherBroker(packaged, { ...packaged, kafka: { source: 'docker', version: '4.3.0' } }), undefined)
  for (const now of [
    { source: 'docker', version: '3.10.8' },
    { source: 'packages', version: '4.0.5' },
  ])
    assert.match(
      otherBroker(packaged, { rabbitmq: now }) ?? '',
      new RegExp(`^rabbitmq is ${now.version} \\(${now.source}\\) now, and .* ran on 3\\.10\\.8 \\(packages\\)`),
    )
})

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findJava, requireCommands } from './machine-tools.ts'

/** A JAVA_HOME whose java says that it is of this version. */
function javaHome(t: TestContext, version: string): string {
  const home = mkdtempSync(join(tmpdir(), 'java-test-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  mkdirSync(join(home, 'bin'))
  const java = join(home, 'bin', 'java')
  writeFileSync(java, `#!/bin/sh\necho 'openjdk version "${version}" 2025-01-01' >&2\n`)
  chmodSync(java, 0o755)
  return home
}

test('the Java of JAVA_HOME is taken, with its version', async t => {
  const home = javaHome(t, '21.0.2')
  const java = await findJava({ ...process.env, JAVA_HOME: home })
  assert.deepEqual(java, { command: join(home, 'bin', 'java'), version: '21.0.2' })
})

test('a Java that is too old is refused in one sentence', async t => {
  for (const version of ['1.8.0_402', '11.0.22']) {
    const environment = { ...process.env, JAVA_HOME: javaHome(t, version) }
    await assert.rejects(findJava(environment), /is Java .*, which is too old: install Java 17 or newer/)
  }
})

test('missing commands are named together, with how to fix it', () => {
  const check = () => requireCommands(['sh', 'no-such-a', 'no-such-b'], 'The lab', 'install them', process.env)
  assert.throws(check, /^Error: The lab needs no-such-a and no-such-b, missing here: install them\.$/)
})

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findCompose } from './find-compose.ts'

/** A PATH with these made commands, beside what a shell needs. */
function machine(t: TestContext, commands: Record<string, string>): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'find-compose-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, script] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return { PATH: folder }
}

const ENGINE = 'if [ "$1" = version ]; then echo 20.10; else'

test('the plugin comes before docker-compose, and LAB_COMPOSE turns it round', async t => {
  const both = machine(t, { docker: `${ENGINE} echo 2.26.1; fi`, 'docker-compose': 'echo 1.29.2' })
  const { command, args, version, engine } = await findCompose(both)
  assert.deepEqual([command, args, version, engine], ['docker', ['compose'], '2.26.1', '20.10'])
  assert.equal((await findCompose({ ...both, LAB_COMPOSE: 'docker-compose' })).version, '1.29.2')
})

test('docker-compose serves where there is no plugin', async t => {
  const old = machine(t, { docker: `${ENGINE} exit 1; fi`, 'docker-compose': 'echo 1.29.2' })
  assert.equal((await findCompose(old)).command, 'docker-compose')
})

const refusals: [string, Record<string, string>, NodeJS.ProcessEnv, RegExp][] = [
  ['no Docker', {}, {}, /needs? Docker, which is missing: install it, or do without containers\.$/],
  [
    'an engine that is down',
    { docker: 'echo is it running; exit 1' },
    {},
    /none answers \(.*is it running\): start it/,
  ],
  ['no compose', { docker: `${ENGINE} exit 1; fi` }, {}, /^Compose is missing: install the compose plugin/],
  ['a compose that is not there', { docker: `${ENGINE} exit 1; fi` }, { LAB_COMPOSE: 'docker compose' }, /unset LAB_/],
  [
    'an unknown compose',
    { docker: `${ENGINE} exit 1; fi` },
    { LAB_COMPOSE: 'podman' },
    /^LAB_COMPOSE is "podman": set/,
  ],
]

for (const [what, commands, environment, sentence] of refusals) {
  test(`${what} is refused in one sentence with how to fix it`, async t => {
    await assert.rejects(findCompose({ ...machine(t, commands), ...environment }), { message: sentence })
  })
}

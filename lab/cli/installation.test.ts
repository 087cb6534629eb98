// The project as it was copied or installed elsewhere, in a folder whose path has special characters.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import about from '../../package.json' with { type: 'json' }
import { models } from '../session/registry.ts'
import { ROOT } from '../session/run-folder.ts'
import { testFolder } from '../testing/cli.ts'

const PARTS = ['package.json', 'common', 'engine', 'host', 'infra', 'runtimes', 'lab', ...models.map(each => each.name)]

/** A copy, because Node looks through links. */
function copyCheckout(t: TestContext, name = 'a b ü#%?,'): string {
  const folder = testFolder()
  t.after(folder.remove)
  const copy = join(folder.path, name)
  for (const part of PARTS) cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  return copy
}

/** As `npm ci --omit=dev` does. */
function installDependencies(copy: string): void {
  for (const name of Object.keys(about.dependencies)) {
    const link = join(copy, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), link)
  }
}

const start = (cwd: string, script: string, ...args: string[]) => ({
  command: 'npm',
  args: ['run', '-s', script, '--', ...args],
  options: { cwd, env: { ...process.env, PATH: [dirname(process.execPath), process.env.PATH].join(delimiter) } },
})

test('before npm ci every script says in one sentence what to do', t => {
  const copy = copyCheckout(t)
  for (const script of ['lab', 'service', 'start', 'check']) {
    const { command, args, options } = start(copy, script)
    const { status, stdout, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' })
    assert.deepEqual([status, stdout], [3, ''])
    assert.match(stderr, /^The project is not installed here: run npm ci, .+\.\n$/)
  }
})

test('where a colon in the path keeps npm from its Node, that is said', t => {
  const copy = copyCheckout(t, 'a:b')
  installDependencies(copy)
  const { command, args, options } = start(copy, 'lab', 'list')
  // A Node that runs no TypeScript stands for the one of the machine.
  const env = { ...options.env, NODE_OPTIONS: '--no-experimental-strip-types' }
  const { status, stderr } = spawnSync(command, args, { ...options, env, encoding: 'utf8' })
  assert.equal(status, 3)
  assert.match(stderr, /^npm cannot use the Node that is installed here, because a colon .+: move the project, .+\.\n$/)
})

test('without what only developers need the lab and a service start, whatever characters the path has', async t => {
  const copy = copyCheckout(t)
  installDependencies(copy)
  const lab = start(copy, 'lab', 'list')
  const { status, stderr } = spawnSync(lab.command, lab.args, { ...lab.options, encoding: 'utf8' })
  assert.deepEqual([status, stderr], [0, ''])

  // What stands in the way here is a file; a checkout of root is refused alike.
  writeFileSync(join(copy, 'runs'), '')
  const up = start(copy, 'lab', 'up', 'sync-rest', '--free-ports')
  const refused = spawnSync(up.command, up.args, { ...up.options, encoding: 'utf8' })
  assert.equal(refused.status, 3)
  assert.match(refused.stderr, /^The lab cannot write .+ \(.+\): make its folder writable, with room\.\n$/)

  const service = spawn(process.execPath, ['lab/cli/service.ts', 'sync-rest/inventory_service'], {
    cwd: copy,
    env: { ...process.env, PORT: '0', DATA_DIR: join(dirname(copy), 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => service.kill('SIGKILL'))
  const [printed] = (await once(service.stdout, 'data', { signal: AbortSignal.timeout(60_000) })) as [Buffer]
  assert.match(printed.toString(), /"event":"listening"/)
  service.kill('SIGTERM')
  const [code] = (await once(service, 'exit')) as [number]
  assert.equal(code, 0)
})

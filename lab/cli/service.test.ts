import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { models } from '../session/registry.ts'
import { ROOT } from '../session/run-folder.ts'
import { runCli, startCli, testFolder } from '../testing/cli.ts'

test('a service starts alone under its name, and ends on SIGTERM', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const env = { PORT: '0', DATA_DIR: join(folder.path, 'data') }
  const service = startCli('service', ['sync-rest/inventory_service'], env)
  t.after(() => service.process.kill('SIGKILL'))
  await service.untilPrinted('"event":"listening"')
  service.process.kill('SIGTERM')
  assert.equal(await service.ended, 0)
})

test('a service starts from a checkout whose path has special characters', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  // A copy, because Node looks through links.
  const checkout = join(folder.path, 'a b ü#%?,')
  for (const part of [
    'package.json',
    'common',
    'engine',
    'host',
    'infra',
    'runtimes',
    'lab',
    ...models.map(({ name }) => name),
  ])
    cpSync(join(ROOT, part), join(checkout, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'))
  const service = spawn(process.execPath, ['lab/cli/service.ts', 'sync-rest/inventory_service'], {
    cwd: checkout,
    env: { ...process.env, PORT: '0', DATA_DIR: join(folder.path, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => service.kill('SIGKILL'))
  const [printed] = await once(service.stdout, 'data', { signal: AbortSignal.timeout(60_000) })
  assert.match(String(printed), /"event":"listening"/)
  service.kill('SIGTERM')
  const [code] = await once(service, 'exit')
  assert.equal(code, 0)
})

test('an unknown service is refused with the nearest name', async () => {
  const { code, stderr } = await runCli('service', ['sync-rest/inventory-service'])
  assert.equal(code, 2)
  assert.equal(
    stderr,
    'There is no service "sync-rest/inventory-service"; did you mean "sync-rest/inventory_service"?\n',
  )
})

test('without a name it lists the services and gives an example', async () => {
  const { code, stderr } = await runCli('service', [])
  assert.equal(code, 2)
  assert.match(stderr, /Services: sync-rest\/order_service, .+\nExample: npm run service -- /)
})

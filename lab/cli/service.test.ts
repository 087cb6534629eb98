import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
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

test('a service that was killed leaves what it compiled to the next start', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const compiled = join(folder.path, 'compiled')
  const env = { PORT: '0', DATA_DIR: join(folder.path, 'data'), NODE_COMPILE_CACHE: compiled }
  const service = startCli('service', ['sync-rest/inventory_service'], env)
  t.after(() => service.process.kill('SIGKILL'))
  await service.untilPrinted('"event":"listening"')
  service.process.kill('SIGKILL')
  await service.ended
  const files = readdirSync(compiled, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  assert.notEqual(files.length, 0)
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

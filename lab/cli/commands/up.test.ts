import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRunning } from '#host/process-table.ts'
import { leftovers, runCli, startCli, testFolder } from '../../testing/cli.ts'

/** As conda and others set them, and a proxy that would swallow what is sent to loopback. */
const OF_OTHER_PROGRAMS = {
  HOST: 'x86_64-conda-linux-gnu',
  PORT: '1',
  PREFIX: '/opt/conda',
  DATA_DIR: '/dev/null',
  LOG_LEVEL: 'verbose',
  W: '3',
  HTTP_PROXY: 'http://127.0.0.1:1',
  NODE_USE_ENV_PROXY: '1',
}

test("up serves a model until Ctrl-C, whatever stands in the user's shell, and its printed command places an order", async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = startCli('main', ['up', 'sync-rest', '--free-ports', '--out', folder.path], {
    LAB_CACHE_DIR: folder.cache,
    ...OF_OTHER_PROGRAMS,
  })
  t.after(() => lab.process.kill('SIGKILL'))
  await lab.untilPrinted('Ctrl-C ends it')
  const [, url, key, body] = /curl -s (\S+) .*-H '(idempotency-key: first)' -d '(.+)'/.exec(lab.stdout()) ?? []
  assert.ok(url && key && body, lab.stdout())
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'first' }
  const answer = await fetch(url, { method: 'POST', headers, body })
  assert.equal(answer.status, 201)
  assert.ok(existsSync(join(folder.path, 'up-sync-rest', 'order_service.log')))

  const again = await runCli('main', ['up', 'sync-rest', '--free-ports'], { LAB_CACHE_DIR: folder.cache })
  assert.deepEqual([again.code, again.stdout], [3, ''])
  assert.match(again.stderr, /^sync-rest is up already: .+\n$/)
  assert.ok(existsSync(join(folder.cache, 'up', 'sync-rest.json')), 'other commands still find the first')

  const services = lab.children()
  lab.process.kill('SIGINT')
  assert.equal(await lab.ended, 0)
  assert.deepEqual(services.filter(isRunning), [])
  assert.deepEqual(leftovers(folder), [])
})

test('a port in use is refused in one sentence', async t => {
  // Whether this or something else on the machine has it, it is in use.
  const other = createServer()
  other.once('error', () => {})
  other.listen(8001, '127.0.0.1')
  t.after(() => other.close())
  const { code, stderr } = await runCli('main', ['up', 'sync-rest'])
  assert.equal(code, 3)
  assert.match(stderr, /^Port 800[0-2] of \w+ is in use; .+--free-ports.+\n$/)
})

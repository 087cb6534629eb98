import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

test('a service that finds a setting under its old name does not start, and says the new name in one sentence', () => {
  const main = 'sync-rest/order_service/main.ts'
  const { status, stderr } = spawnSync(process.execPath, [main], { env: { W: '64', PORT: '0' }, encoding: 'utf8' })
  assert.equal(status, 2)
  assert.equal(stderr, 'sync-rest/order_service: W is now called CONCURRENCY; set CONCURRENCY, and unset W\n')
})

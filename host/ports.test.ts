import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { leasePorts, sweepLeases } from './ports.ts'
import { testCache } from './testing/test-cache.ts'

const cache = testCache()

test('leases taken at once are of different ports below the ephemeral range that can be listened on', async () => {
  const leases = await Promise.all([leasePorts(3), leasePorts(3), leasePorts(3)])
  const ports = leases.flatMap(lease => lease.ports)
  assert.equal(new Set(ports).size, 9)
  for (const port of ports) {
    assert.ok(port >= 10_000 && port < 32_000)
    const server = createServer().listen(port, '127.0.0.1')
    await once(server, 'listening')
    server.close()
  }
  for (const lease of leases) lease.release()
  assert.ok(ports.every(port => !existsSync(join(cache, 'ports', String(port)))))
})

test('a lease that was released does not release the next holder of its ports', async t => {
  t.mock.method(Math, 'random', () => 0.25)
  const first = await leasePorts(1)
  first.release()
  const second = await leasePorts(1)
  assert.deepEqual(second.ports, first.ports)
  first.release()
  assert.ok(existsSync(join(cache, 'ports', String(second.ports[0]))))
  second.release()
})

test('a port that another lab holds is skipped while that lab is alive and taken over when it is dead', async t => {
  const script = `
    import { leasePorts } from ${JSON.stringify(join(import.meta.dirname, 'ports.ts'))}
    Math.random = () => 0.5
    console.log((await leasePorts(1)).ports[0])
    setInterval(() => {}, 1e6)`
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => other.kill('SIGKILL'))
  t.mock.method(Math, 'random', () => 0.5)
  const [line] = await once(other.stdout, 'data')
  const held = Number(line)

  const beside = await leasePorts(1)
  assert.ok((beside.ports[0] ?? 0) > held)
  beside.release()

  await sweepLeases()
  assert.ok(existsSync(join(cache, 'ports', String(held))), 'the lease of a living lab must stay')
  other.kill('SIGKILL')
  await once(other, 'exit')
  await sweepLeases()
  assert.ok(!existsSync(join(cache, 'ports', String(held))), 'the lease of a dead lab must go')
  const taken = await leasePorts(1)
  assert.deepEqual(taken.ports, [held])
  taken.release()
})

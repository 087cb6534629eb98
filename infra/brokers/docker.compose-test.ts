// On a real engine. What these tests make they find again by the label of their run, and by nothing else.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import { type Broker, type BrokerKind, brokerKinds } from './broker.ts'
import { probeKafka, probeRabbitmq } from './probes.ts'
import { provideBroker } from './provide.ts'
import { runTool } from './machine-tools.ts'
import { removeContainer, sweepContainers } from './docker-engine.ts'
import { keepsWhatItWasGiven } from '../testing/brokers.ts'

const environment = { ...process.env, LAB_BROKERS: 'docker', LAB_RABBITMQ_URL: '', LAB_KAFKA_BROKERS: '' }
const probe = ({ kind, address }: Broker) => (kind === 'kafka' ? probeKafka(address) : probeRabbitmq(address))
const docker = async (...args: string[]) => (await runTool('docker', args)).trim().split('\n').filter(Boolean)
const containersOf = (folder: string) =>
  docker('ps', '--all', '--filter', `label=communication-models-lab=${basename(folder)}`, '--format', '{{.Names}}')
const volumesOf = (name: string) => docker('inspect', '--format', '{{range .Mounts}}{{println .Name}}{{end}}', name)

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'docker-broker-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  t.after(async () => {
    for (const name of await containersOf(folder)) await removeContainer(name, environment)
  })
  return folder
}

async function nothingIsLeft(folder: string, volumes: string[]): Promise<void> {
  const gone = async () => {
    const there = await docker('volume', 'ls', '--quiet')
    return (await containersOf(folder)).length === 0 && !volumes.some(volume => there.includes(volume))
  }
  await waitFor(gone, { deadlineMs: 20_000, everyMs: 200, what: 'the container and its volumes to go' })
}

for (const kind of brokerKinds) {
  test(`${kind}: in a container it serves loopback alone, and killed and started again it has its data`, async t => {
    const folder = temporaryFolder(t)
    const progress = (line: string): void => t.diagnostic(line)
    const broker = await provideBroker(kind, { dataFolder: folder, progress, signal: t.signal, environment })
    t.after(() => broker.stop())
    assert.ok(broker.process)
    assert.deepEqual([broker.source, broker.private], ['docker', true])
    const [name = ''] = await containersOf(folder)
    const published = await docker('port', name)
    assert.ok(published.length > 0 && published.every(line => line.includes('-> 127.0.0.1:')), published.join())
    const volumes = await volumesOf(name)
    assert.ok(volumes.length > 0)

    const readAgain = await keepsWhatItWasGiven(broker)
    await broker.process.kill()
    await assert.rejects(probe(broker))
    await broker.process.start()
    await assert.rejects(broker.process.start(), /runs already\.$/)
    await readAgain()

    await broker.process.pause()
    await assert.rejects(probe(broker))
    await broker.process.resume()
    await broker.process.resume()
    // What it was in the middle of may take longer than a probe waits.
    const serves = () => probe(broker).then(Boolean, () => false)
    await waitFor(serves, { deadlineMs: 30_000, what: 'the broker to serve' })

    if (kind === 'rabbitmq') {
      const alarms = () => docker('exec', name, 'rabbitmqctl', 'eval', 'rabbit_alarm:get_alarms().')
      await broker.process.alarm?.(true)
      assert.match((await alarms()).join(), /resource_limit,memory/)
      await broker.process.alarm?.(false)
      assert.doesNotMatch((await alarms()).join(), /resource_limit/)
    }

    // One whose owner lives is left alone by a sweep.
    await sweepContainers(environment)
    await probe(broker)

    await broker.process.pause()
    await broker.stop()
    await nothingIsLeft(folder, volumes)
    assert.deepEqual(readdirSync(folder), [])
  })

  test(`${kind}: a lab that is killed leaves nothing, not while the container starts and not when it is paused`, async t => {
    for (const moment of ['starting', 'paused']) {
      const folder = temporaryFolder(t)
      const lab = spawnOwner(t, kind, folder)
      const ended = once(lab, 'exit').then(() => assert.fail('the lab ended by itself; what it wrote is above'))
      if (moment === 'paused') await Promise.race([once(lab, 'message'), ended])
      ended.catch(() => {})
      const made = async () => (await containersOf(folder))[0]
      const name = await waitFor(made, { deadlineMs: 20_000, everyMs: 50, what: 'the container to be made' })
      const volumes = await volumesOf(name)
      lab.kill('SIGKILL')
      await nothingIsLeft(folder, volumes)
    }
  })

  test(`${kind}: an aborted start rejects and leaves nothing`, async t => {
    const folder = temporaryFolder(t)
    const abort = new AbortController()
    const progress = (line: string): void => {
      if (line.includes('starting')) setImmediate(() => abort.abort())
    }
    const options = { dataFolder: folder, progress, signal: abort.signal, environment }
    await assert.rejects(provideBroker(kind, options), { name: 'AbortError' })
    assert.deepEqual(await containersOf(folder), [])
    assert.deepEqual(readdirSync(folder), [])
  })
}

test('a container whose owner is dead goes at the next start', async t => {
  const folder = temporaryFolder(t)
  const dead = JSON.stringify({ pid: process.pid, startTime: 'of another process', host: hostname() })
  const labels = [
    '--label',
    `communication-models-lab=${basename(folder)}`,
    '--label',
    `communication-models-lab.owner=${dead}`,
  ]
  const name = basename(folder).toLowerCase()
  await docker('create', '--name', name, ...labels, 'rabbitmq:4-management')
  const volumes = await volumesOf(name)
  assert.ok((await sweepContainers(environment)).includes(name))
  await nothingIsLeft(folder, volumes)
})

/** A lab of its own that starts a broker, pauses it, and says so. */
function spawnOwner(t: TestContext, kind: BrokerKind, dataFolder: string) {
  const script = `
    import { provideBroker } from ${JSON.stringify(join(import.meta.dirname, 'provide.ts'))}
    const { signal } = new AbortController()
    const options = { dataFolder: ${JSON.stringify(dataFolder)}, progress() {}, signal, environment: process.env }
    const broker = await provideBroker(${JSON.stringify(kind)}, options)
    await broker.process.pause()
    process.send('paused')`
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
  const lab = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: [...stdio], env: environment })
  t.after(() => lab.kill('SIGKILL'))
  return lab
}

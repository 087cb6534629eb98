import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { cacheFolder } from '#host/folders.ts'
import { familyOf, isRunning, readProcesses } from '#host/process-table.ts'
import { waitFor } from '#host/wait-for.ts'
import type { Broker, BrokerKind } from './broker.ts'
import { brokerKinds } from './broker.ts'
import { probeKafka, probeRabbitmq } from './probes.ts'
import { rabbitmqVersion } from './rabbitmq-packages.ts'
import { provideBroker } from './provide.ts'
import { testBroker } from '../testing/test-broker.ts'
import { keepsWhatItWasGiven, openToOthers, processesOf } from '../testing/brokers.ts'

const probe = (broker: Broker): Promise<string> =>
  broker.kind === 'kafka' ? probeKafka(broker.address) : probeRabbitmq(broker.address)

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'brokers-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

async function provide(t: TestContext, kind: BrokerKind, dataFolder: string, asShipped = false): Promise<Broker> {
  const progress = (line: string): void => t.diagnostic(line)
  const options = { dataFolder, progress, signal: t.signal, environment: withoutAddresses(), asShipped }
  const broker = await provideBroker(kind, options)
  t.after(() => broker.stop())
  return broker
}

function portOf(broker: Broker): number {
  return Number(new URL(broker.kind === 'kafka' ? `kafka://${broker.address}` : broker.address).port)
}

function noProcessOf(folder: string): Promise<true> {
  const ended = () => processesOf(folder).length === 0
  return waitFor(ended, { deadlineMs: 30_000, everyMs: 20, what: 'the processes of the broker to end' })
}

/** Every process of the broker belongs to one of its leaders; some live only for a moment. */
function allLedBy(leaders: readonly number[], folder: string): Promise<true> {
  const noStranger = () => {
    const rows = readProcesses() ?? assert.fail('there is no /proc')
    const known = new Set(leaders.flatMap(leader => familyOf(rows, leader).map(({ pid }) => pid)))
    return processesOf(folder).every(pid => known.has(pid))
  }
  return waitFor(noStranger, { deadlineMs: 30_000, everyMs: 20, what: 'its processes to be those of its leaders' })
}

/** In the folder of a broker, by its kind: its settings, and one that the lab tunes. */
const SETTINGS = {
  rabbitmq: { file: 'rabbitmq.conf', tuned: 'raft.wal_max_size_bytes' },
  kafka: { file: 'server.properties', tuned: 'group.initial.rebalance.delay.ms' },
}

for (const kind of brokerKinds) {
  test(`${kind}: one as the lab tunes it and one as it is shipped are apart; killed and started again it serves at its port with its data`, async t => {
    const folder = temporaryFolder(t)
    const [broker, other] = await Promise.all([provide(t, kind, folder), provide(t, kind, folder, true)])
    assert.ok(broker.process && other.process)
    assert.notEqual(broker.address, other.address)
    const [own, ofOther] = [kind, `${kind}-as-shipped`]
    const isTuned = (name: string) =>
      readFileSync(join(folder, name, SETTINGS[kind].file), 'utf8').includes(SETTINGS[kind].tuned)
    assert.deepEqual([isTuned(own), isTuned(ofOther)], [true, false])
    assert.equal(broker.source, 'packages')
    assert.match(broker.version, /^\d+\.\d+\.\d+$/)

    assert.deepEqual(openToOthers(processesOf(folder)), [])
    await allLedBy([...broker.process.pids, ...other.process.pids], folder)

    await asAddress(other)

    const readAgain = await keepsWhatItWasGiven(broker)
    const [pid] = broker.process.pids
    assert.ok(pid)
    await broker.process.kill()
    assert.equal(isRunning(pid), false)
    await assert.rejects(probe(broker))
    await probe(other)

    await broker.process.start()
    assert.notEqual(broker.process.pids[0], pid)
    await readAgain()

    await broker.process.pause()
    // The signal is sent at once, and takes effect a moment later.
    const hangs = () =>
      probe(broker).then(
        () => false,
        () => true,
      )
    await waitFor(hangs, { deadlineMs: 30_000, what: 'the broker to hang' })
    await broker.process.resume()
    // What it was in the middle of may take longer than a probe waits.
    await waitFor(() => hangs().then(isHanging => !isHanging), { deadlineMs: 30_000, what: 'the broker to serve' })

    const pids = processesOf(join(folder, own, '/'))
    assert.ok(pids.length > 0)
    await broker.stop()
    assert.deepEqual(readdirSync(folder), [ofOther])
    await waitFor(() => !pids.some(isRunning), { deadlineMs: 30_000, what: 'the processes of the broker to end' })
    assert.equal(existsSync(join(cacheFolder(), 'ports', String(portOf(broker)))), false)
    const server = createServer().listen(portOf(broker), '127.0.0.1')
    await once(server, 'listening')
    server.close()
    await (await keepsWhatItWasGiven(other))()
    await other.stop()
    assert.deepEqual(readdirSync(folder), [])
    await noProcessOf(folder)
  })

  test(`${kind}: a lab that is killed leaves no process of its broker, not even a paused one`, async t => {
    const folder = temporaryFolder(t)
    const lab = spawnOwner(kind, folder)
    t.after(() => lab.kill('SIGKILL'))
    assert.ok(lab.stdout)
    assert.equal(await firstLine(createInterface(lab.stdout)), 'paused')
    const pids = processesOf(folder).filter(pid => pid !== lab.pid)
    assert.ok(pids.length >= (kind === 'kafka' ? 1 : 2), `processes: ${pids.join()}`)
    lab.kill('SIGKILL')
    // A process that is being taken down has no arguments any more, so the pids are checked too.
    const ended = () => !pids.some(isRunning)
    await waitFor(ended, { deadlineMs: 30_000, everyMs: 20, what: `the processes ${pids.join()} to end` })
    await noProcessOf(folder)
  })

  test(`${kind}: an aborted start rejects and leaves no process and no folder`, async t => {
    const folder = temporaryFolder(t)
    const abort = new AbortController()
    const progress = (line: string): void => {
      if (line.includes('starting')) setImmediate(() => abort.abort())
    }
    const options = { dataFolder: folder, progress, signal: abort.signal, environment: withoutAddresses() }
    await assert.rejects(provideBroker(kind, options), { name: 'AbortError' })
    assert.deepEqual(readdirSync(folder), [])
    await noProcessOf(folder)
  })
}

const OF_OTHER_PROGRAMS = {
  JAVA_TOOL_OPTIONS: '-XX:+UseG1GC',
  _JAVA_OPTIONS: '-Xms512m',
  JDK_JAVA_OPTIONS: '--no-such-option',
  RABBITMQ_NODENAME: 'another@localhost',
  ERL_FLAGS: '-no_such_flag',
  ERL_ZFLAGS: '-boot nowhere',
  LC_ALL: 'tr_TR.UTF-8',
  LANG: 'tr_TR.UTF-8',
}

/** Until the test ends. */
function setInShell(t: TestContext, variables: Record<string, string>): void {
  const before = Object.keys(variables).map(name => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  t.after(() => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  })
}

for (const kind of brokerKinds)
  test(`${kind}: it starts whatever characters its path has, and whatever stands in the user's shell`, async t => {
    const folder = join(temporaryFolder(t), 'a b ü#%?,')
    const cache = join(folder, 'cache')
    mkdirSync(cache, { recursive: true })
    const packages = `rabbitmq-${rabbitmqVersion(process.env)}`
    symlinkSync(join(cacheFolder(), packages), join(cache, packages))
    // Java's archive of classes is made again for each path of the jars, which takes longer than all else here.
    setInShell(t, { ...OF_OTHER_PROGRAMS, ...(kind === 'rabbitmq' && { LAB_CACHE_DIR: cache }) })

    const broker = await provide(t, kind, join(folder, 'data'))
    await (await keepsWhatItWasGiven(broker))()
    assert.ok(existsSync(join(folder, 'data', kind, 'data')), 'what it keeps is in its folder')
    await broker.stop()
    assert.deepEqual(readdirSync(join(folder, 'data')), [])
  })

test('a broker that is not from packages is not taken for one with the settings that it is shipped with', async t => {
  const environment = { ...process.env, LAB_RABBITMQ_URL: testBroker('rabbitmq') }
  const options = { dataFolder: '/nonexistent', progress: () => {}, signal: t.signal, environment, asShipped: true }
  await assert.rejects(provideBroker('rabbitmq', options), /^Error: Only a rabbitmq from packages .* from address\.$/)
})

/** The same broker, named by the user: it is used, never stopped, and a wrong password is not shown. */
async function asAddress(broker: Broker): Promise<void> {
  const variable = broker.kind === 'kafka' ? 'LAB_KAFKA_BROKERS' : 'LAB_RABBITMQ_URL'
  const provideAt = (value: string): Promise<Broker> => {
    const { signal } = new AbortController()
    const environment = { ...process.env, [variable]: value }
    return provideBroker(broker.kind, { dataFolder: '/nonexistent', progress: () => {}, signal, environment })
  }
  const named = await provideAt(broker.address)
  assert.deepEqual([named.source, named.private, named.process], ['address', false, undefined])
  await named.stop()
  await probe(broker)
  if (broker.kind === 'kafka') return
  const wrongPassword = broker.address.replace(/:\w+@/, ':s3cret@')
  await assert.rejects(
    provideAt(wrongPassword),
    /^Error: LAB_RABBITMQ_URL cannot be used: (?!.*s3cret).*refuses user "lab"/,
  )
  await assert.rejects(provideAt(`${broker.address}-other`), /has no access to virtual host "lab-other"/)
}

function withoutAddresses(): NodeJS.ProcessEnv {
  return { ...process.env, LAB_BROKERS: 'packages', LAB_RABBITMQ_URL: '', LAB_KAFKA_BROKERS: '' }
}

/** The first line, or nothing when the output ends without one. */
async function firstLine(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) return line
  return ''
}

/** A lab of its own that starts a broker, pauses it, and says so. */
function spawnOwner(kind: BrokerKind, dataFolder: string): ChildProcess {
  const script = `
    import { provideBroker } from ${JSON.stringify(join(import.meta.dirname, 'provide.ts'))}
    const { signal } = new AbortController()
    const options = { dataFolder: ${JSON.stringify(dataFolder)}, progress() {}, signal, environment: process.env }
    const broker = await provideBroker(${JSON.stringify(kind)}, options)
    await broker.process.pause()
    console.log('paused')`
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: [...stdio], env: withoutAddresses() })
}

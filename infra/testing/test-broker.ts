// The broker that all tests share. A test starts one of its own only to break it.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import type { BrokerKind, BrokerProcess } from '../brokers/broker.ts'
import { provideBroker, variables } from '../brokers/provide.ts'

const VARIABLES = { rabbitmq: 'LAB_TEST_RABBITMQ_URL', kafka: 'LAB_TEST_KAFKA_BROKERS' }

/** Its address; throws one sentence where there is none, so that a test without its broker fails. */
export function testBroker(kind: keyof typeof VARIABLES, environment: NodeJS.ProcessEnv = process.env): string {
  const variable = VARIABLES[kind]
  const address = environment[variable]
  if (address) return address
  throw new Error(`${variable} is not set: run the tests with npm test, which starts the brokers that they need.`)
}

/** A broker to kill or pause. `release` comes after the system of the test has removed what it created there. */
export async function ownBroker(t: Pick<TestContext, 'signal'>, kind: BrokerKind) {
  const dataFolder = mkdtempSync(join(tmpdir(), `lab-${kind}-broker-`))
  const environment = { ...process.env, [variables[kind]]: undefined }
  const options = { dataFolder, progress: () => {}, signal: t.signal, environment }
  const { address, process: broker, stop } = await provideBroker(kind, options)
  assert.ok(broker)
  return { address, broker, release: () => stop().finally(() => rmSync(dataFolder, { recursive: true, force: true })) }
}

/**
 * One for all tests of a file, which kill and pause it. A test asks for it before it opens its system, so that the broker runs again
 * when that removes what it created, also where the test has left it dead or paused.
 */
export function brokerToBreak(kind: BrokerKind): (t: TestContext) => { address: string; broker: BrokerProcess } {
  let own: Awaited<ReturnType<typeof ownBroker>> | undefined
  before(async () => {
    own = await ownBroker(new AbortController(), kind)
  })
  after(() => own?.release())
  return t => {
    const { address, broker } = own ?? assert.fail(`there is no ${kind}`)
    t.after(async () => {
      await broker.resume()
      await broker.start().catch((error: Error) => assert.match(error.message, /runs already/))
    })
    return { address, broker }
  }
}

/** RabbitMQ's memory alarm, for which it blocks all publishers. Resolves with what ends it; a new start of the broker does too. */
export async function raiseMemoryAlarm(broker: BrokerProcess): Promise<() => Promise<void>> {
  await rabbitmqctl(broker, 'set_vm_memory_high_watermark', '0')
  return () => rabbitmqctl(broker, 'set_vm_memory_high_watermark', '0.4')
}

/** For a broker from packages: with the environment of its process, whose PATH is Erlang's own. */
async function rabbitmqctl({ pids: [pid] }: BrokerProcess, ...args: string[]): Promise<void> {
  assert.ok(pid, 'a broker in a container has no process here')
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  const environment = Object.fromEntries(variables.map(text => text.split(/=(.*)/s)).filter(([name]) => name))
  const erlang = environment.LAB_ERLANG_ROOT ?? assert.fail('the broker is not one from packages')
  const servers = join(erlang, '../rabbitmq/lib')
  const [server = ''] = readdirSync(servers).filter(name => name.startsWith('rabbitmq_server-'))
  const env = { ...environment, PATH: `${join(erlang, 'bin')}:/usr/bin:/bin` }
  await promisify(execFile)(join(servers, server, 'sbin/rabbitmqctl'), args, { env })
}

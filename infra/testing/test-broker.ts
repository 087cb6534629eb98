// The broker that all tests share. A test starts one of its own only to break it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext } from 'node:test'
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
export async function raiseMemoryAlarm({ alarm }: BrokerProcess): Promise<() => Promise<void>> {
  assert.ok(alarm, 'only a RabbitMQ has a memory alarm')
  await alarm(true)
  return () => alarm(false)
}

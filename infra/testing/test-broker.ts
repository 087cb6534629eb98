// The broker that all tests share. A test starts one of its own only to break it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { BrokerKind } from '../brokers/broker.ts'
import { provideBroker, variables } from '../brokers/provide.ts'

const VARIABLES = { rabbitmq: 'LAB_TEST_RABBITMQ_URL', kafka: 'LAB_TEST_KAFKA_BROKERS' }

/** Its address; throws one sentence where there is none, so that a test without its broker fails. */
export function testBroker(kind: keyof typeof VARIABLES, environment: NodeJS.ProcessEnv = process.env): string {
  const variable = VARIABLES[kind]
  const address = environment[variable]
  if (address) return address
  throw new Error(`${variable} is not set: run the tests with npm test, which starts the brokers that they need.`)
}

/** A broker to kill or pause. The test registers `release` to run after its system has removed what it created there. */
export async function ownBroker(t: TestContext, kind: BrokerKind) {
  const dataFolder = mkdtempSync(join(tmpdir(), `lab-${kind}-broker-`))
  const environment = { ...process.env, [variables[kind]]: undefined }
  const options = { dataFolder, progress: () => {}, signal: t.signal, environment }
  const { address, process: broker, stop } = await provideBroker(kind, options)
  assert.ok(broker)
  return { address, broker, release: () => stop().finally(() => rmSync(dataFolder, { recursive: true, force: true })) }
}

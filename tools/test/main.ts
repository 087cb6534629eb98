/**
 * `npm test`: every test file, or those whose path contains one of the arguments, with one RabbitMQ and one
 * Kafka for all of them. Guarantees that the brokers end with it, and that the last lines are the summary of
 * the runner. Exit codes: the runner's; 2 when an argument matches nothing, 3 when a broker is missing, 130
 * when interrupted.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { dataRoot } from '#host/folders.ts'
import { registerRun, sweepDeadRuns } from '#host/run-registry.ts'
import { readTextFiles } from '../check/files.ts'
import { chooseTests, runTests } from './run-tests.ts'
import { provideBroker } from '#infra/brokers/provide.ts'

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort())

const all = readTextFiles(process.cwd()).map(({ path }) => path)
const choice = chooseTests(all, process.argv.slice(2))
if (choice.problem) {
  console.error(choice.problem)
  process.exitCode = 2
} else {
  process.exitCode = await testOn(choice.files)
}

async function testOn(files: readonly string[]): Promise<number> {
  const directory = join(dataRoot(), `test-${process.pid}`)
  await sweepDeadRuns(async run => {
    const elsewhere = Object.keys(run.addresses).length + (run.projects?.length ?? 0)
    if (elsewhere > 0) throw new Error('What it left on brokers or in containers is removed by the next start.')
  })
  const run = registerRun({ directories: [directory], prefix: '', addresses: {} })
  mkdirSync(directory, { recursive: true })
  try {
    return await withBrokers(directory, interrupted.signal, ({ rabbitmq, kafka }) =>
      runTests(files, {
        // Two keep two cores busy; more would measure each other's load.
        filesAtOnce: 2,
        fileDeadlineMs: 600_000,
        environment: { LAB_TEST_RABBITMQ_URL: rabbitmq, LAB_TEST_KAFKA_BROKERS: kafka },
        signal: interrupted.signal,
      }),
    )
  } catch (error) {
    if (interrupted.signal.aborted) return 130
    console.error(error instanceof Error ? error.message : String(error))
    return 3
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    run.unregister()
  }
}

type Addresses = { rabbitmq: string; kafka: string }

/**
 * Provides one broker of each kind during `work`; both have ended when it returns, whatever happened. Rejects with one sentence
 * where a broker is not available, and when `signal` aborts before both are ready.
 */
async function withBrokers<T>(
  dataFolder: string,
  signal: AbortSignal,
  work: (addresses: Addresses) => Promise<T>,
): Promise<T> {
  const options = { dataFolder, signal, environment: process.env, progress: (line: string) => console.log(line) }
  const starts = [provideBroker('rabbitmq', options), provideBroker('kafka', options)] as const
  try {
    const [rabbitmq, kafka] = await Promise.all(starts)
    return await work({ rabbitmq: rabbitmq.address, kafka: kafka.address })
  } finally {
    // One may still be starting when the other one has failed.
    const started = await Promise.allSettled(starts)
    await Promise.all(started.flatMap(start => (start.status === 'fulfilled' ? [start.value.stop()] : [])))
  }
}

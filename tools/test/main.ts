/**
 * `npm test`: every test file, or those whose path contains one of the arguments, with one RabbitMQ and one
 * Kafka for all of them. What runs experiments and expects a verdict (`*.alone.test.ts`) comes after all others, one file at a
 * time: of a machine that is full nothing is known. Guarantees that the brokers end with it, and that the last lines are the
 * summary of the runner, with a line that says so where tests that came before failed. Exit codes: the runner's; 2 when an
 * argument matches nothing, 3 when a broker is missing, 130 when interrupted.
 */
import { sweepDeadRuns } from '#host/run-registry.ts'
import { createBrokers } from '../../lab/session/environment.ts'
import { openDataFolder } from '../../lab/session/sweep.ts'
import { readTextFiles } from '../check/files.ts'
import { chooseTests, inTurns, runTests } from './run-tests.ts'

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
  await sweepDeadRuns(async run => {
    const elsewhere = Object.keys(run.addresses).length + (run.projects?.length ?? 0)
    if (elsewhere > 0) throw new Error('What it left on brokers or in containers is removed by the next start.')
  })
  const { signal } = interrupted
  const data = openDataFolder(`test-${process.pid}`)
  const brokers = createBrokers({ dataFolder: data.path, signal, onProgress: (_, line) => console.log(line) })
  try {
    const [rabbitmq, kafka] = await Promise.all([brokers.get('rabbitmq'), brokers.get('kafka')])
    const environment = { LAB_TEST_RABBITMQ_URL: rabbitmq.address, LAB_TEST_KAFKA_BROKERS: kafka.address }
    const run = (some: readonly string[], filesAtOnce: number) =>
      runTests(some, { filesAtOnce, fileDeadlineMs: 600_000, environment, signal })
    const { together, alone } = inTurns(files)
    // Three keep two cores busy: most of them wait for a broker at any one time.
    const failed = await run(together, 3)
    if (signal.aborted) return 130
    const failedAlone = await run(alone, 1)
    if (failed && alone.length > 0) console.log('✖ Tests failed among those that ran before these; see above.')
    return failed || failedAlone
  } catch (error) {
    if (signal.aborted) return 130
    console.error(error instanceof Error ? error.message : String(error))
    return 3
  } finally {
    await brokers.keepOnly([])
    data.remove()
  }
}

// For tests: an experiment in its quick profile, through the command line, on the brokers of the tests.
import assert from 'node:assert/strict'
import { testBroker } from '#infra/testing/test-broker.ts'
import { experiments } from '../session/registry.ts'
import { parseSummary } from '../session/run-folder.ts'
import { leftovers, runCli, testFolder } from './cli.ts'

const VARIABLES = { rabbitmq: 'LAB_RABBITMQ_URL', kafka: 'LAB_KAFKA_BROKERS' } as const

/** The ids of a model's experiments. */
export const experimentsOf = (model: string): string[] =>
  Object.keys(experiments).filter(id => experiments[id]?.model.name === model)

/** Every check is valid, and nothing is left of the run but its results. */
export async function assertQuickRun(id: string): Promise<void> {
  const folder = testFolder()
  try {
    const kinds = experiments[id]?.model.brokers ?? []
    const brokers = Object.fromEntries(kinds.map(kind => [VARIABLES[kind], testBroker(kind)]))
    const args = ['run', id, '--profile', 'quick', '--out', folder.runs, '--json']
    const { code, stdout, stderr } = await runCli('main', args, { ...brokers, LAB_CACHE_DIR: folder.cache })
    const [result] = parseSummary(stdout, 'stdout').results
    const notValid = result?.checks.filter(({ verdict }) => verdict !== 'valid')
    assert.deepEqual([result?.failure, notValid], [undefined, []], stderr)
    assert.equal(result?.verdict, 'valid')
    assert.equal(code, 0)
    assert.deepEqual(leftovers(folder), [])
  } finally {
    folder.remove()
  }
}

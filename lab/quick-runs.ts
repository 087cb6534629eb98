// For tests: every experiment of a model in its quick profile, through the command line, on the brokers of the tests.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testBroker } from '#common/conformance/test-broker.ts'
import { experiments } from './experiments.ts'
import { parseSummary } from './runs.ts'
import { leftovers, runCli, testFolder } from './test-cli.ts'

const VARIABLES = { rabbitmq: 'LAB_RABBITMQ_URL', kafka: 'LAB_KAFKA_BROKERS' } as const

export function testQuickRuns(model: string): void {
  const folder = testFolder()
  after(folder.remove)
  for (const [id, { model: its }] of Object.entries(experiments)) {
    if (its.name !== model) continue
    test(`${id} is valid in its quick profile and leaves nothing`, async () => {
      const brokers = Object.fromEntries(its.brokers.map(kind => [VARIABLES[kind], testBroker(kind)]))
      const env = { ...brokers, LAB_CACHE_DIR: folder.cache }
      const args = ['run', id, '--profile', 'quick', '--out', folder.runs, '--json']
      const { code, stdout, stderr } = await runCli('main', args, env)
      const [result] = parseSummary(stdout, 'what it said').results
      const notValid = result?.checks.filter(({ verdict }) => verdict !== 'valid')
      assert.deepEqual([result?.trouble, notValid], [undefined, []], stderr)
      assert.equal(result?.verdict, 'valid')
      assert.equal(code, 0)
      assert.deepEqual(leftovers(folder), [])
    })
  }
}

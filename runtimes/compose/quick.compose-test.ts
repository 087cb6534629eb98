// All experiments of a model in their quick profile, unchanged, in containers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { models } from '../../lab/session/registry.ts'
import { parseSummary } from '../../lab/session/run-folder.ts'
import { experimentsOf, faultsOf, leftovers, runCli, testFolder } from '../../lab/testing/cli.ts'

for (const { name } of models)
  test(`${name}: every experiment is valid in containers, and leaves nothing`, async t => {
    const folder = testFolder()
    t.after(() => folder.remove())
    const args = ['run', name, '--runtime', 'compose', '--profile', 'quick', '--out', folder.runs, '--json']
    const { code, stdout, stderr } = await runCli('main', args, { LAB_CACHE_DIR: folder.cache })
    const { runtime, results } = parseSummary(stdout, 'what it said')
    assert.deepEqual(faultsOf(results), [], stderr)
    assert.deepEqual(
      results.map(({ model, experiment }) => `${model}/${experiment}`),
      experimentsOf(name),
    )
    assert.deepEqual([code, runtime, leftovers(folder)], [0, 'compose', []])
  })

import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Result } from '#engine/run/summary.ts'
import { countedChecks } from '../report/terminal/report.ts'
import { models } from '../session/registry.ts'
import { parseSummary } from '../session/run-folder.ts'
import { leftovers, lendPackages, runCli, testFolder, untilKnown } from '../testing/cli.ts'

const SCENARIOS = ['healthy', 'broker-dead', 'read-again']
const LARGEST_BYTES = 3_000_000

const notValidIn = (all: readonly Result[]) =>
  all.flatMap(result => {
    const { model, experiment, failure } = result
    const wrong = countedChecks(result).filter(({ verdict }) => verdict !== 'valid')
    return failure || wrong.length > 0 ? [{ model, experiment, failure, wrong }] : []
  })

// Brokers of its own: it kills them.
test('a quick comparison of all models is valid, names unsupported scenarios, writes its report and leaves nothing else', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const args = ['compare', '--profile', 'quick', '--scenarios', SCENARIOS.join(), '--out', folder.runs, '--json']
  lendPackages(folder)
  const compare = async () => {
    const { code, stdout, stderr } = await runCli('main', args, { LAB_CACHE_DIR: folder.cache })
    return { ...parseSummary(stdout, 'stdout'), code, stderr }
  }
  const { results, comparison, code, stderr } = await untilKnown(compare, each =>
    notValidIn(each.results).flatMap(({ wrong }) => wrong),
  )
  const notValid = notValidIn(results)
  assert.deepEqual(notValid, [], stderr)
  assert.equal(code, 0, stderr)
  for (const { name, without } of comparison?.about ?? []) {
    const run = results.filter(({ cell }) => cell?.scenario === name).map(({ model }) => model)
    assert.deepEqual([...run, ...Object.keys(without)].sort(), models.map(model => model.name).sort(), name)
  }
  const orders = results.flatMap(result => result.orders ?? [])
  assert.ok(orders.length > 0 && orders.every(({ points = [] }) => points.length > 50))
  const costs = results.flatMap(({ measures }) => measures.filter(({ name }) => name === 'CPU'))
  assert.ok(costs.length === 4 && costs.every(({ value }) => value !== null && value > 0), JSON.stringify(costs))
  const { size } = statSync(join(folder.runs, 'latest', 'report.html'))
  assert.ok(size > 10_000 && size < LARGEST_BYTES, `${size} bytes`)
  assert.deepEqual(leftovers(folder), [])
})

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from '#common/contracts/parse.ts'
import { isRunning } from '#host/process-table.ts'
import { waitFor } from '#host/wait-for.ts'
import { syncRest } from '../../sync-rest/lab/model.ts'
import { readHistory } from '../session/histories.ts'
import { leftovers, runCli, startCli, testFolder } from '../testing/cli.ts'
import { CapacityFile } from './capacity-file.ts'
import { capacityText, probeCells, sentenceOf } from './text.ts'

const read = (text: string): CapacityFile => parse(CapacityFile, JSON.parse(text), 'capacity.json')

test('a short search of sync-rest finds rates that agree with each other, and leaves its files and nothing else', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const args = ['capacity', 'sync-rest', '--start-at', '220', '--most-seconds', '32', '--out', folder.runs, '--json']
  const { code, stdout, stderr } = await runCli('main', args, { LAB_CACHE_DIR: folder.cache })
  const file = read(stdout)
  const [result = assert.fail(stderr)] = file.results
  const { probes, sustained, notSustained, verdict, ended } = result
  assert.equal(result.failure, undefined)
  assert.ok(probes.length > 0)
  assert.equal(code, verdict === 'valid' ? 0 : 3)
  assert.ok(['time', 'found'].includes(ended), ended)
  assert.ok((sustained ?? 0) < (notSustained ?? Infinity))
  for (const probe of probes) {
    assert.notEqual(probe.verdict, 'defect', probe.reasons.join())
    assert.equal(probe.reasons.length === 0, probe.verdict === 'sustained')
    assert.equal(probe.requested, Math.round(probe.ordersPerSecond * probe.measuredSeconds))
    const resources = probe.limiter?.utilizations.map(({ resource }) => resource) ?? []
    for (const { name } of syncRest.services)
      assert.ok(
        resources.some(each => each.includes(name)),
        name,
      )
    for (const each of probe.limiter?.utilizations ?? []) assert.ok(each.share >= 0 && each.share <= 1, each.resource)
    const history = await readHistory(join(folder.runs, file.run, probe.history))
    assert.equal(history.occupancy?.after.services.length, syncRest.services.length)
  }
  const text = capacityText(file, 'capacity.json', 200)
  for (const probe of probes) for (const cell of probeCells(probe)) assert.ok(text.includes(cell), cell)
  assert.ok(text.includes(sentenceOf(result, file.machine.cores)))
  const saved = readFileSync(join(folder.runs, file.run, 'capacity.json'), 'utf8')
  assert.deepEqual(JSON.parse(saved), JSON.parse(stdout))
  for (const name of ['capacity.svg', 'capacity.html']) assert.ok(existsSync(join(folder.runs, file.run, name)), name)
  assert.deepEqual(leftovers(folder), [])
})

test('Ctrl-C leaves what was measured, and no process', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = startCli('main', ['capacity', 'sync-rest', '--out', folder.runs], { LAB_CACHE_DIR: folder.cache })
  t.after(() => lab.process.kill('SIGKILL'))
  await lab.untilPrinted('200 orders a second: ')
  await waitFor(() => lab.children().length === syncRest.services.length, {
    deadlineMs: 30_000,
    what: 'the services of the next probe',
  })
  const services = lab.children()
  lab.process.kill('SIGINT')
  assert.equal(await lab.ended, 130)
  await waitFor(() => !services.some(isRunning), { deadlineMs: 30_000, what: 'the services to end' })
  assert.deepEqual(leftovers(folder), [])
  assert.match(lab.stderr(), /^Interrupted\. What was measured until then: .+capacity\.json$/m)
  const [run = ''] = readdirSync(folder.runs)
  const { results } = read(readFileSync(join(folder.runs, run, 'capacity.json'), 'utf8'))
  assert.deepEqual(
    results.map(({ ended, probes }) => [ended, probes.length]),
    [['interrupted', 1]],
  )
})

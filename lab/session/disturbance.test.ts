import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lendPackages, startCli, testFolder } from '../testing/cli.ts'
import { disturbanceText } from './disturbance.ts'

test('one line says which other runs there are, and what other programs use, where that is much', () => {
  assert.equal(disturbanceText([], 0.1, 2), undefined)
  assert.equal(disturbanceText([], undefined, 2), undefined, 'where there is no /proc')
  assert.equal(
    disturbanceText([17, 18], 1.24, 2),
    'other runs of the lab are at work (process 17, process 18), and other programs use 1.2 of 2 cores: numbers that are measured beside them suffer',
  )
})

for (const second of [
  ['run', 'sync-rest/baseline-latency', '--profile', 'quick'],
  ['compare', '--profile', 'quick', '--models', 'sync-rest', '--scenarios', 'burst'],
  ['capacity', 'sync-rest'],
])
  test(`lab ${second[0]} beside another run says so at its start, and goes on`, async t => {
    const folder = testFolder()
    lendPackages(folder)
    const start = (args: readonly string[]) =>
      startCli('main', [...args, '--out', folder.runs], { LAB_CACHE_DIR: folder.cache })
    const first = start(['run', 'sync-rest/slow-inventory', '--profile', 'quick'])
    await first.untilPrinted('orders sent')
    const other = start(second)
    t.after(async () => {
      for (const lab of [first, other]) lab.process.kill('SIGINT')
      await Promise.all([first.ended, other.ended])
      folder.remove()
    })
    await other.untilPrinted(`warning: other runs of the lab are at work (process ${first.process.pid})`)
    await other.untilPrinted('orders')
  })

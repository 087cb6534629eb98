// What a run prints and writes where something is missing or full, whatever its verdicts are.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exitCodeOf } from '../cli/command-line.ts'
import { leftovers, runCli, startCli, testFolder } from '../testing/cli.ts'
import { findRun, parseSummary } from './run-folder.ts'

const folder = testFolder()
after(folder.remove)
const environment = { LAB_CACHE_DIR: folder.cache }

test('a threshold whose measure is missing is unknown, and an error in the JUnit file', async () => {
  const file = join(folder.path, 'unknown.xml')
  const run = ['run', 'streaming-kafka/replay', '--profile', 'quick', '--out', folder.runs, '--json', '--junit', file]
  const { code, stdout } = await runCli('main', [...run, '--threshold', 'killed in the middle: completed p99 < 5 s'], {
    ...environment,
    LAB_KAFKA_BROKERS: '127.0.0.1:1',
  })
  assert.equal(code, 3)
  const [check] = parseSummary(stdout, 'stdout').results[0]?.checks ?? []
  assert.deepEqual([check?.name, check?.verdict], ['threshold killed in the middle: completed p99 < 5 s', 'unknown'])
  assert.match(
    readFileSync(file, 'utf8'),
    /tests="2" failures="0" errors="2" skipped="0"[^]+LAB_KAFKA_BROKERS cannot be used/,
  )
})

test('an experiment whose broker is not available is unknown, with how to fix it, and exit code 3', async () => {
  const args = ['run', 'streaming-kafka/replay', '--profile', 'quick', '--out', folder.runs]
  const { code, stdout } = await runCli('main', args, { ...environment, LAB_KAFKA_BROKERS: '127.0.0.1:1' })
  assert.equal(code, 3)
  assert.match(stdout, /could not be finished: LAB_KAFKA_BROKERS cannot be used: .+ unset it to use a private one/)
  assert.match(stdout, /\? unknown/)
  assert.deepEqual(leftovers(folder), [])
})

test('without Docker a run in containers is refused once, with how to fix it, and exit code 3', async () => {
  const args = ['run', 'sync-rest', '--profile', 'quick', '--runtime', 'compose', '--out', folder.runs]
  const { code, stdout, stderr } = await runCli('main', args, { ...environment, PATH: folder.path })
  assert.deepEqual(
    [code, stdout, stderr],
    [3, '', 'Containers need Docker, which is missing: install it, or do without containers.\n'],
  )
  assert.deepEqual(leftovers(folder), [])
})

const RUN = ['run', 'sync-rest/baseline-latency']
const COMPARE = ['compare', '--models', 'sync-rest', '--scenarios', 'burst']

for (const [command, table] of [
  [RUN, /accepted p50[^]+key metrics/],
  [COMPARE, /│ verdict[^]+known in 5 s/],
] as const) {
  const name = command[0] ?? ''
  const shortest = name === 'run' ? 'smoke' : 'quick'

  test(`a disk that fills up during lab ${name} costs files and not the table, and each missing file is named`, async t => {
    const out = join(folder.path, `full-${name}`)
    const xml = join(folder.path, `full-${name}.xml`)
    const args = [...command, '--profile', 'quick', '--out', out, '--junit', xml]
    const full = startCli('main', args, environment)
    t.after(() => full.process.kill('SIGKILL'))
    await full.untilPrinted('orders sent')
    const [run = ''] = readdirSync(out)
    rmSync(xml)
    for (const file of [join(out, run, '.summary.json'), join(out, run, 'report.html'), xml])
      symlinkSync('/dev/full', file)
    const code = await full.ended
    // A verdict goes before files, and a busy machine may have one.
    assert.equal(code, full.stdout().includes('✘ invalid') ? 1 : 3, full.stdout())
    assert.match(full.stdout(), table)
    assert.match(
      full.stderr(),
      /^\S+summary\.json cannot be written \(ENOSPC.+\): .+\n\S+full-\w+\.xml cannot be written .+\n\S+report\.html cannot be written \(ENOSPC.+\): make its folder writable, with room\.\n$/,
    )
  })

  test(`lab ${name} goes on to its results when its reader has enough, with the exit code of its verdicts`, async t => {
    const out = join(folder.path, `closed-${name}`)
    const lab = startCli('main', [...command, '--profile', shortest, '--out', out], environment)
    t.after(() => lab.process.kill('SIGKILL'))
    await lab.untilPrinted('[1/1]')
    lab.process.stdout?.destroy()
    const code = await lab.ended
    const summary = findRun('latest', out).summary
    assert.deepEqual([code, lab.stderr(), summary.results.length], [exitCodeOf(summary), '', 1])
  })
}

test('a run whose output goes to a full disk is measured to its end, and says so once, with exit code 3', async t => {
  const out = join(folder.path, 'no-room')
  const lab = startCli('main', [...RUN, '--profile', 'smoke', '--out', out], environment, '/dev/full')
  t.after(() => lab.process.kill('SIGKILL'))
  const code = await lab.ended
  const { summary } = findRun('latest', out)
  assert.deepEqual([code, summary.results.length], [exitCodeOf(summary) || 3, 1])
  assert.match(lab.stderr(), /^The output could not be written to its end \(ENOSPC.+\): make room .+\n$/)
})

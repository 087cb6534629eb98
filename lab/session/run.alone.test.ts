import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { exitCodeOf } from '../cli/command-line.ts'
import { findRun, parseSummary } from './run-folder.ts'
import { faultsOf, leftovers, runCli, startCli, testFolder, untilKnown } from '../testing/cli.ts'
import { labVersion } from './run-facts.ts'

const folder = testFolder()
after(folder.remove)
const environment = { LAB_CACHE_DIR: folder.cache }

const ID = 'sync-rest/baseline-latency'
const THRESHOLD = 'answers 500 handler-failed <= 0'
const junit = join(folder.path, 'new', 'checks.xml')
const latest = join(folder.runs, 'latest')
const summaryFile = join(latest, 'summary.json')
const savedSummary = () => parseSummary(readFileSync(summaryFile, 'utf8'), summaryFile)
const lab = (...args: string[]) => runCli('main', args, environment)
let printed: Awaited<ReturnType<typeof runCli>>

before(async () => {
  const options = ['--profile', 'quick', '--seed', '7', '--out', folder.runs, '--json']
  printed = await untilKnown(
    () => lab('run', ID, ...options, '--threshold', THRESHOLD, '--junit', junit),
    ({ stdout }) => faultsOf(parseSummary(stdout, 'stdout').results),
  )
})

test('a quick run prints its summary as JSON, saves it in its folder, and leaves nothing else', () => {
  assert.equal(printed.code, 0, printed.stderr + printed.stdout)
  const summary = parseSummary(printed.stdout, 'stdout')
  assert.deepEqual(
    summary.results.map(({ model, experiment, verdict }) => [`${model}/${experiment}`, verdict]),
    [[ID, 'valid']],
  )
  assert.equal(summary.seed, 7)
  assert.equal(summary.lab, labVersion())
  const [result = assert.fail()] = summary.results
  const thresholds = result.checks.filter(({ name }) => name === `threshold ${THRESHOLD}`)
  assert.equal(thresholds.length, result.variants.length)
  const xml = readFileSync(junit, 'utf8')
  assert.match(xml, /<testsuite name="sync-rest\/baseline-latency" tests="\d+" failures="0" errors="0" skipped="0"/)
  assert.deepEqual(savedSummary(), summary)
  assert.deepEqual(leftovers(folder), [])
})

test('a past run is printed from its summary, and its report is written again, from its histories too', async () => {
  const { run, results } = savedSummary()
  const shown = await lab('show', latest)
  assert.equal(shown.code, 0, shown.stderr)
  for (const text of ['steady', '✔ valid', run, ...(results[0]?.explanation ?? [])]) {
    assert.ok(shown.stdout.includes(text), text)
  }
  const report = join(latest, 'report.html')
  const written = readFileSync(report, 'utf8')
  rmSync(report)
  const again = await lab('report', latest)
  assert.equal(again.code, 0, again.stderr)
  assert.match(again.stdout, /report\.html$/m)
  assert.equal(readFileSync(report, 'utf8'), written)
})

test('a quick run is not published', async () => {
  const { code, stderr } = await lab('publish', latest)
  assert.equal(code, 2)
  assert.match(stderr, /is a quick run, and only a full one can be published/)
})

test('judging a run again gives the same result; without a complete history the result stays unchanged', async () => {
  const summary = savedSummary()
  const judged = await lab('judge', latest)
  assert.equal(judged.code, 0, judged.stderr)
  assert.match(judged.stdout, /^valid sync-rest\/baseline-latency$/m)
  assert.deepEqual(savedSummary(), summary)

  const history = join(latest, ID, 'steady.history.zst')
  writeFileSync(history, readFileSync(history).subarray(0, 1_000))
  const broken = await lab('judge', latest)
  assert.equal(broken.code, 2)
  assert.match(broken.stderr, /steady\.history\.zst is not a readable history \(/)
  rmSync(history)
  const left = await lab('judge', latest)
  assert.equal(left.code, 3)
  assert.match(
    left.stderr,
    /^sync-rest\/baseline-latency was not judged again: its histories are incomplete\. It stays valid\.$/m,
  )
})

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

const RUN = ['run', ID]
const COMPARE = ['compare', '--models', 'sync-rest', '--scenarios', 'burst']

for (const [command, table] of [
  [RUN, /accepted p50[^]+key metrics/],
  [COMPARE, /│ verdict[^]+known in 5 s/],
] as const) {
  const name = command[0] ?? ''

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
    const lab = startCli('main', [...command, '--profile', 'quick', '--out', out], environment)
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
  const lab = startCli('main', [...RUN, '--profile', 'quick', '--out', out], environment, '/dev/full')
  t.after(() => lab.process.kill('SIGKILL'))
  const code = await lab.ended
  const { summary } = findRun('latest', out)
  assert.deepEqual([code, summary.results.length], [exitCodeOf(summary) || 3, 1])
  assert.match(lab.stderr(), /^The output could not be written to its end \(ENOSPC.+\): make room .+\n$/)
})

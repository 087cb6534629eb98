import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseSummary } from './run-folder.ts'
import { faultsOf, leftovers, runCli, testFolder, untilKnown } from '../testing/cli.ts'
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

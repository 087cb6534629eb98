import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseSummary } from './run-folder.ts'
import { leftovers, runCli, testFolder } from '../testing/cli.ts'
import { labVersion } from './run-facts.ts'

const folder = testFolder()
after(folder.remove)
const environment = { LAB_CACHE_DIR: folder.cache }

test('a quick run says its summary as JSON, leaves it in its folder, and is shown and reported again from there alone', async () => {
  const args = [
    'run',
    'sync-rest/failing-inventory',
    '--profile',
    'quick',
    '--seed',
    '7',
    '--out',
    folder.runs,
    '--threshold',
    'answers 500 handler-failed <= 0',
    '--junit',
    join(folder.path, 'new', 'checks.xml'),
    '--json',
  ]
  const { code, stdout, stderr } = await runCli('main', args, environment)
  assert.equal(code, 0, stderr + stdout)
  const summary = parseSummary(stdout, 'what it said')
  assert.deepEqual(
    summary.results.map(({ model, experiment, verdict }) => [model, experiment, verdict]),
    [['sync-rest', 'failing-inventory', 'valid']],
  )
  assert.equal(summary.seed, 7)
  assert.equal(summary.lab, labVersion())
  const thresholds = summary.results[0]?.checks.filter(
    ({ name }) => name === 'threshold answers 500 handler-failed <= 0',
  )
  assert.equal(thresholds?.length, summary.results[0]?.variants.length)
  const xml = readFileSync(join(folder.path, 'new', 'checks.xml'), 'utf8')
  assert.match(xml, /<testsuite name="sync-rest\/failing-inventory" tests="\d+" failures="0" errors="0" skipped="0"/)
  const file = join(folder.runs, 'latest', 'summary.json')
  assert.deepEqual(parseSummary(readFileSync(file, 'utf8'), file), summary)
  assert.deepEqual(leftovers(folder), [])

  const shown = await runCli('main', ['show', join(folder.runs, 'latest')], environment)
  assert.equal(shown.code, 0, shown.stderr)
  for (const text of ['answers garbage', 'hangs', '✔ valid', summary.run, ...(summary.results[0]?.explanation ?? [])]) {
    assert.ok(shown.stdout.includes(text), text)
  }

  const report = join(folder.runs, 'latest', 'report.html')
  const written = readFileSync(report, 'utf8')
  rmSync(report)
  const again = await runCli('main', ['report', join(folder.runs, 'latest')], environment)
  assert.equal(again.code, 0, again.stderr)
  assert.match(again.stdout, /report\.html$/m)
  assert.equal(readFileSync(report, 'utf8'), written)

  const judged = await runCli('main', ['judge', join(folder.runs, 'latest')], environment)
  assert.equal(judged.code, 0, judged.stderr)
  assert.match(judged.stdout, /^valid sync-rest\/failing-inventory$/m)
  assert.deepEqual(parseSummary(readFileSync(file, 'utf8'), file), summary, 'judged again it is the same')

  const history = join(folder.runs, 'latest', 'sync-rest', 'failing-inventory', 'refuses.history.json')
  const text = readFileSync(history, 'utf8')
  writeFileSync(history, text.slice(0, 1_000))
  const broken = await runCli('main', ['judge', join(folder.runs, 'latest')], environment)
  assert.equal(broken.code, 2)
  assert.match(broken.stderr, /refuses\.history\.json is no history that can be judged \(/)
  rmSync(history)
  const left = await runCli('main', ['judge', join(folder.runs, 'latest')], environment)
  assert.equal(left.code, 3)
  assert.match(
    left.stderr,
    /^sync-rest\/failing-inventory is not judged again: its histories are not whole\. It stays valid\.$/m,
  )

  const published = await runCli('main', ['publish', join(folder.runs, 'latest')], environment)
  assert.equal(published.code, 2)
  assert.match(published.stderr, /is a quick run; only a full one is published/)
})

test('a threshold of what could not be measured is unknown, and an error of the JUnit file', async () => {
  const file = join(folder.path, 'unknown.xml')
  const run = ['run', 'streaming-kafka/replay', '--profile', 'quick', '--out', folder.runs, '--json', '--junit', file]
  const { code, stdout } = await runCli('main', [...run, '--threshold', 'killed in the middle: completed p99 < 5 s'], {
    ...environment,
    LAB_KAFKA_BROKERS: '127.0.0.1:1',
  })
  assert.equal(code, 3)
  const [check] = parseSummary(stdout, 'what it said').results[0]?.checks ?? []
  assert.deepEqual([check?.name, check?.verdict], ['threshold killed in the middle: completed p99 < 5 s', 'unknown'])
  assert.match(
    readFileSync(file, 'utf8'),
    /tests="2" failures="0" errors="2" skipped="0"[^]+LAB_KAFKA_BROKERS cannot be used/,
  )
})

test('an experiment whose broker cannot be had is unknown, with the way out, and exit code 3', async () => {
  const args = ['run', 'streaming-kafka/replay', '--profile', 'quick', '--out', folder.runs]
  const { code, stdout } = await runCli('main', args, { ...environment, LAB_KAFKA_BROKERS: '127.0.0.1:1' })
  assert.equal(code, 3)
  assert.match(stdout, /could not be finished: LAB_KAFKA_BROKERS cannot be used: .+ unset it to use a private one/)
  assert.match(stdout, /\? unknown/)
  assert.deepEqual(leftovers(folder), [])
})

test('without Docker an experiment in containers is unknown, with the way out, and exit code 3', async () => {
  const args = ['run', 'sync-rest/baseline-latency', '--profile', 'quick', '--runtime', 'compose', '--out', folder.runs]
  const { code, stdout } = await runCli('main', args, { ...environment, PATH: folder.path })
  assert.equal(code, 3)
  assert.match(
    stdout,
    /could not be finished: Containers need Docker, which is missing: install it, or do without containers/,
  )
  assert.deepEqual(leftovers(folder), [])
})

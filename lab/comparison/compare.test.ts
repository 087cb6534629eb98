import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { sampleComparison } from '../testing/sample-comparison.ts'
import { parseSummary } from '../session/run-folder.ts'
import { labVersion } from '../session/run-facts.ts'
import { leftovers, runCli, runCommandLines, startCli, testFolder } from '../testing/cli.ts'

const refusals: [string[], RegExp][] = [
  [['--scenarios', 'inventory-ded'], /did you mean "inventory-dead"\?/],
  [['--models', 'kafka'], /There is no model "kafka"/],
  [['--rates', '20,fast'], /Expected comma-separated numbers above 0/],
  [['--rates', '20', '--scenarios', 'burst'], /--rates apply only to healthy, which --scenarios does not name/],
  [
    ['--models', 'sync-rest', '--scenarios', 'burst', '--out', 'package.json'],
    /package\.json\/\S+ cannot be made \(ENOTDIR\); give --out/,
  ],
  [['--resume', '/tmp'], /^\/tmp holds no summary\.json, so it is not the folder of a run; .+\n$/],
  [['--repeat', '0'], /whole number from 1 to 999/],
  [['--models', 'sync-rest', '--threshold', 'acepted p50 < 1 ms'], /did you mean "accepted p50"\?/],
  [['--resume', 'latest', '--seed', '2'], /resumes with the options that it was started with; leave out --seed/],
  [
    ['--resume', 'latest', '--threshold', 'requested > 1'],
    /resumes with the options that it was started with; leave out --threshold/,
  ],
]

const ofOtherVersion = (named: string) =>
  new RegExp(`was started by version ${named}, and this is \\d+\\.\\d+\\.\\d+.*; start a new comparison\\.\n$`)
const foreign = [
  {
    started: 'another version started (0.0.0 (beef))',
    lab: '0.0.0 (beef)',
    sentence: ofOtherVersion('0\\.0\\.0 \\(beef\\)'),
  },
  { started: 'another version started (an unnamed one)', sentence: ofOtherVersion('an unnamed one') },
  {
    started: 'was started on another machine',
    lab: labVersion(),
    sentence: /was started on 2 × made up, 8 GB, linux, Node v24\.0\.0, and this is .*; resume it there, or/,
  },
]

const folderOfForeign = testFolder()
after(folderOfForeign.remove)
/** Writes the comparison as it was started, and returns the arguments that would resume it. */
function resumeOf({ lab }: { lab?: string }, nth: number): string[] {
  const summary = { ...sampleComparison(), ...(lab && { lab }) }
  const out = join(folderOfForeign.runs, String(nth))
  mkdirSync(join(out, summary.run), { recursive: true })
  writeFileSync(join(out, summary.run, 'summary.json'), JSON.stringify(summary))
  return ['--resume', summary.run, '--out', out]
}

/** All in one process, which starts none of them. */
const refused = runCommandLines(
  [
    ...refusals.map(([args]) => args),
    ...foreign.map(resumeOf),
    ['--resume', '--out', join(folderOfForeign.runs, 'without-a-run')],
  ].map(args => ['compare', ...args]),
)

for (const [nth, [args, sentence]] of refusals.entries()) {
  test(`lab compare ${args.join(' ')} is refused in one sentence`, async () => {
    const { code, stdout, stderr } = (await refused)[nth] ?? assert.fail()
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, sentence)
    assert.equal(stderr.trim().split('\n').length, 1)
  })
}

test('an interrupted comparison resumes: finished results are kept, and only the rest is run', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const environment = { LAB_CACHE_DIR: folder.cache }
  const options = ['--models', 'sync-rest', '--scenarios', 'duplicates,poison', '--profile', 'quick', '--seed', '5']
  const read = () => {
    const file = join(folder.runs, 'latest', 'summary.json')
    return parseSummary(readFileSync(file, 'utf8'), file)
  }
  const threshold = ['--threshold', 'requested < 10000']
  const first = startCli('main', ['compare', ...options, ...threshold, '--out', folder.runs], environment)
  t.after(() => first.process.kill('SIGKILL'))
  await first.untilPrinted('sync-rest/poison: as it stands')
  first.process.kill('SIGINT')
  assert.equal(await first.ended, 130)
  assert.match(first.stderr(), /To resume: npm run lab -- compare --resume \S+ --out "\S+runs"/)
  const before = read()
  assert.deepEqual(
    before.results.map(({ experiment, failure }) => [experiment, failure]),
    [
      ['duplicates', undefined],
      ['poison', 'it was interrupted'],
    ],
  )

  const junit = join(folder.path, 'checks.xml')
  const next = await runCli('main', ['compare', '--resume', '--out', folder.runs, '--junit', junit], environment)
  assert.equal(next.code, 0, next.stderr + next.stdout)
  for (const name of ['duplicates', 'poison']) {
    assert.match(
      readFileSync(junit, 'utf8'),
      new RegExp(`<testsuite name="sync-rest/${name}" [^>]*failures="0" errors="0"`),
    )
  }
  assert.doesNotMatch(next.stdout, /duplicates: as it stands: starting/)
  const after = read()
  assert.equal(after.run, before.run)
  assert.equal(after.seed, 5)
  assert.deepEqual(
    after.results.map(({ experiment, verdict }) => [experiment, verdict]),
    [
      ['duplicates', 'valid'],
      ['poison', 'valid'],
    ],
  )
  assert.deepEqual(after.results[0], before.results[0])
  for (const { checks } of after.results) assert.ok(checks.some(({ name }) => name === 'threshold requested < 10000'))
  assert.deepEqual(leftovers(folder), [])

  const again = await runCli('main', ['show', join(folder.runs, 'latest')], environment)
  assert.equal(again.code, 0, again.stderr)
  assert.match(again.stdout, /One order in fifty is poison/)
})

for (const [nth, { started, sentence }] of foreign.entries()) {
  test(`a comparison that ${started} is not resumed`, async () => {
    const { code, stderr } = (await refused)[refusals.length + nth] ?? assert.fail()
    assert.equal(code, 2)
    assert.match(stderr, sentence)
  })
}

test('a broker given by address is not killed: where nothing else is requested, the command says so and runs nothing', async () => {
  const options = ['--scenarios', 'broker-dead', '--models', 'async-rabbitmq,streaming-kafka']
  const { code, stdout, stderr } = await runCli('main', ['compare', ...options], {
    LAB_RABBITMQ_URL: 'amqp://127.0.0.1:1',
    LAB_KAFKA_BROKERS: '127.0.0.1:1',
  })
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(
    stderr,
    /There is nothing to run: broker-dead is not run for async-rabbitmq: rabbitmq was given by address/,
  )
  assert.match(stderr, /unset LAB_KAFKA_BROKERS, and the lab starts one\.\n$/)
})

test('a broker given by address is not killed: skipped cells are printed first, and the others run', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const options = ['--scenarios', 'broker-dead', '--models', 'sync-rest,streaming-kafka', '--profile', 'quick']
  const { code, stdout, stderr } = await runCli('main', ['compare', ...options, '--out', folder.runs], {
    LAB_CACHE_DIR: folder.cache,
    LAB_KAFKA_BROKERS: '127.0.0.1:1',
  })
  assert.equal(code, 0, stderr + stdout)
  const [skipped, started] = [
    /broker-dead is not run for streaming-kafka: kafka was/,
    /sync-rest\/broker-dead: as it stands/,
  ]
  assert.ok(stdout.search(skipped) >= 0 && stdout.search(skipped) < stdout.search(started), stdout)
  assert.match(stdout, /streaming-kafka was not run: kafka was given by address/)

  const again = await runCli('main', ['compare', '--resume', '--out', folder.runs], {
    LAB_CACHE_DIR: folder.cache,
    LAB_KAFKA_BROKERS: '',
  })
  assert.equal(again.code, 2)
  assert.match(
    again.stderr,
    /was started with kafka by address, and now there is no broker by address; restore the environment/,
  )
})

test('resume without a run is refused', async () => {
  const { code, stderr } = (await refused).at(-1) ?? assert.fail()
  assert.equal(code, 2)
  assert.match(stderr, /There is no run "latest"/)
})

test('a broken threshold is an invalid check, with exit code 1', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const options = ['--models', 'sync-rest', '--scenarios', 'poison', '--profile', 'quick', '--out', folder.runs]
  const { code, stdout, stderr } = await runCli('main', ['compare', ...options, '--threshold', 'requested < 10'], {
    LAB_CACHE_DIR: folder.cache,
  })
  assert.equal(code, 1, stderr)
  assert.match(stdout, /✘ invalid threshold requested < 10/)
})

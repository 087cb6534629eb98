import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sampleComparison } from '../testing/sample-comparison.ts'
import { parseSummary } from '../session/run-folder.ts'
import { labVersion } from '../session/run-facts.ts'
import { leftovers, runCli, startCli, testFolder } from '../testing/cli.ts'

const refusals: [string[], RegExp][] = [
  [['--scenarios', 'inventory-ded'], /did you mean "inventory-dead"\?/],
  [['--models', 'kafka'], /There is no model "kafka"/],
  [['--rates', '20,fast'], /Numbers from above 0 to 5000 are expected/],
  [['--rates', '20', '--scenarios', 'burst'], /--rates are those of healthy, which --scenarios does not name/],
  [
    ['--models', 'sync-rest', '--scenarios', 'burst', '--out', 'package.json'],
    /package\.json\/\S+ cannot be made \(ENOTDIR\); give --out/,
  ],
  [['--resume', '/tmp'], /^\/tmp holds no summary\.json: it is the folder of no run\.\n$/],
  [['--repeat', '0'], /whole number from 1 to 999/],
  [['--models', 'sync-rest', '--threshold', 'acepted p50 < 1 ms'], /did you mean "accepted p50"\?/],
  [['--resume', 'latest', '--seed', '2'], /gone on with as it was begun; leave out --seed/],
  [['--resume', 'latest', '--threshold', 'requested > 1'], /gone on with as it was begun; leave out --threshold/],
]

for (const [args, sentence] of refusals) {
  test(`lab compare ${args.join(' ')} is refused in one sentence`, async () => {
    const { code, stdout, stderr } = await runCli('main', ['compare', ...args])
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, sentence)
    assert.equal(stderr.trim().split('\n').length, 1)
  })
}

test('an interrupted comparison is gone on with: what was finished stands, and only the rest is run', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const environment = { LAB_CACHE_DIR: folder.cache }
  const asked = ['--models', 'sync-rest', '--scenarios', 'duplicates,poison', '--profile', 'quick', '--seed', '5']
  const read = () => {
    const file = join(folder.runs, 'latest', 'summary.json')
    return parseSummary(readFileSync(file, 'utf8'), file)
  }
  const threshold = ['--threshold', 'requested < 10000']
  const first = startCli('main', ['compare', ...asked, ...threshold, '--out', folder.runs], environment)
  t.after(() => first.process.kill('SIGKILL'))
  await first.says('sync-rest/poison: as it stands')
  first.process.kill('SIGINT')
  assert.equal(await first.ended, 130)
  assert.match(first.stderr(), /go on with: npm run lab -- compare --resume \S+ --out "\S+runs"/)
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

for (const [lab, named] of [
  ['0.0.0 (beef)', '0\\.0\\.0 \\(beef\\)'],
  [undefined, 'one that did not name itself'],
] as const) {
  test(`a comparison that another version began (${lab ?? 'an unnamed one'}) is not gone on with`, async t => {
    const folder = testFolder()
    t.after(folder.remove)
    const summary = { ...sampleComparison(), ...(lab && { lab }) }
    mkdirSync(join(folder.runs, summary.run), { recursive: true })
    writeFileSync(join(folder.runs, summary.run, 'summary.json'), JSON.stringify(summary))
    const { code, stderr } = await runCli('main', ['compare', '--resume', summary.run, '--out', folder.runs], {
      LAB_CACHE_DIR: folder.cache,
    })
    assert.equal(code, 2)
    assert.match(
      stderr,
      new RegExp(`was begun by version ${named}, and this is \\d+\\.\\d+\\.\\d+.*; begin it anew\\.\n$`),
    )
  })
}

test('a comparison that another machine began is not gone on with', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const summary = { ...sampleComparison(), lab: labVersion() }
  mkdirSync(join(folder.runs, summary.run), { recursive: true })
  writeFileSync(join(folder.runs, summary.run, 'summary.json'), JSON.stringify(summary))
  const { code, stderr } = await runCli('main', ['compare', '--resume', summary.run, '--out', folder.runs], {
    LAB_CACHE_DIR: folder.cache,
  })
  assert.equal(code, 2)
  assert.match(stderr, /was begun on 2 × made up, 8 GB, linux, Node v24\.0\.0, and this is .*; go on with it there, or/)
})

test('a broker by address is not killed: where nothing else is asked, that is said in place of a run', async () => {
  const asked = ['--scenarios', 'broker-dead', '--models', 'async-rabbitmq,streaming-kafka']
  const { code, stdout, stderr } = await runCli('main', ['compare', ...asked], {
    LAB_RABBITMQ_URL: 'amqp://127.0.0.1:1',
    LAB_KAFKA_BROKERS: '127.0.0.1:1',
  })
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(
    stderr,
    /There is nothing to run: broker-dead is not run for async-rabbitmq: rabbitmq was given by address/,
  )
  assert.match(stderr, /leave LAB_KAFKA_BROKERS unset, and it starts one\.\n$/)
})

test('a broker by address is not killed: the rest is run, and what is not is said before', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const asked = ['--scenarios', 'broker-dead', '--models', 'sync-rest,streaming-kafka', '--profile', 'quick']
  const { code, stdout, stderr } = await runCli('main', ['compare', ...asked, '--out', folder.runs], {
    LAB_CACHE_DIR: folder.cache,
    LAB_KAFKA_BROKERS: '127.0.0.1:1',
  })
  assert.equal(code, 0, stderr + stdout)
  const [said, begun] = [
    /broker-dead is not run for streaming-kafka: kafka was/,
    /sync-rest\/broker-dead: as it stands/,
  ]
  assert.ok(stdout.search(said) >= 0 && stdout.search(said) < stdout.search(begun), stdout)
  assert.match(stdout, /streaming-kafka is not here: kafka was given by address/)

  const again = await runCli('main', ['compare', '--resume', '--out', folder.runs], {
    LAB_CACHE_DIR: folder.cache,
    LAB_KAFKA_BROKERS: '',
  })
  assert.equal(again.code, 2)
  assert.match(
    again.stderr,
    /was begun with kafka by address, and now there is no broker by address; set the environment/,
  )
})

test('a run that is no comparison is not gone on with', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const { code, stderr } = await runCli('main', ['compare', '--resume', '--out', folder.runs], {
    LAB_CACHE_DIR: folder.cache,
  })
  assert.equal(code, 2)
  assert.match(stderr, /There is no run "latest"/)
})

test('a threshold that a cell breaks is an invalid check, and exit code 1', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const asked = ['--models', 'sync-rest', '--scenarios', 'poison', '--profile', 'quick', '--out', folder.runs]
  const { code, stdout, stderr } = await runCli('main', ['compare', ...asked, '--threshold', 'requested < 10'], {
    LAB_CACHE_DIR: folder.cache,
  })
  assert.equal(code, 1, stderr)
  assert.match(stdout, /✘ invalid threshold requested < 10/)
})

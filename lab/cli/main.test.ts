import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMPARISON } from '../publish/comparison.ts'
import { ROOT } from '../session/run-folder.ts'
import { experiments } from '../session/registry.ts'
import { runCli, runCommandLines, startCli, testFolder } from '../testing/cli.ts'

const oneSentence = (text: string) => text.trim().split('\n').length === 1 && !text.includes('    at ')

const refusals: [string[], RegExp][] = [
  [['rum'], /unknown command 'rum' \(Did you mean run\?\)/],
  [['run', 'sync-rest', '--sed', '3'], /unknown option '--sed' \(Did you mean --seed\?\)/],
  [['run', 'sync-rest/slow-inventry'], /did you mean "sync-rest\/slow-inventory"\?/],
  [['run', 'baseline-latancy'], /did you mean "sync-rest\/baseline-latency"\?/],
  [['run', 'kafka'], /did you mean "streaming-kafka"\?/],
  [['run'], /Name an experiment or a model .+, or a --script\./],
  [['run', 'sync-rest', '--profile', 'fast'], /Allowed choices are smoke, quick, full/],
  [['compare', '--profile', 'smoke'], /A comparison has no smoke profile, .+--profile quick/],
  [['run', 'sync-rest', '--runtime', 'podman'], /Allowed choices are processes, compose/],
  [['run', 'sync-rest', '--seed', '-1'], /whole number/],
  [
    ['run', 'sync-rest', '--threshold', 'fast please'],
    /"fast please" is no threshold; it has the form "completed p99 < 500 ms"/,
  ],
  [
    ['run', 'sync-rest', '--threshold', 'complted p99 < 5 s'],
    /no measure "complted p99"; did you mean "completed p99"\?/,
  ],
  [
    ['run', 'sync-rest', '--threshold', 'latency p99 < 5 s'],
    /no measure "latency p99"; did you mean one of: .*accepted p99, .*completed p99, /,
  ],
  [
    ['run', 'sync-rest', '--threshold', 'deadline bellow: requested > 1'],
    /no variant "deadline bellow"; did you mean "deadline below"\?/,
  ],
  [['run', 'sync-rest', '--threshold', 'completed p99 < 5 %'], /The unit "%" .+ give it in ms\./],
  [
    ['run', 'sync-rest', '--junit', '/dev/null/checks.xml'],
    /\/dev\/null\/checks\.xml cannot be written .+; give --junit another file/,
  ],
  [['capacity'], /Name a model \(sync-rest, async-rabbitmq, streaming-kafka\), or give --all\./],
  [['capacity', 'sync-rset'], /did you mean "sync-rest"\?/],
  [['capacity', 'sync-rest', '--all'], /--all names all models/],
  [['capacity', 'sync-rest', '--budget', 'fast please'], /"fast please" is no threshold; it has the form/],
  [['capacity', 'sync-rest', '--budget', 'knwon p99 < 250 ms'], /no measure "knwon p99"; did you mean "known p99"\?/],
  [['capacity', 'sync-rest', '--budget', 'known p99 < 5 %'], /The unit "%" .+ give it in ms\./],
  [['capacity', 'sync-rest', '--runtime', 'compose'], /plain processes only: leave out --runtime compose\./],
  [['capacity', 'sync-rest', '--start-at', '0'], /orders a second, from 5 to 5000\./],
  [['capacity', 'sync-rest', '--most-seconds', 'long'], /whole number of seconds, from 1 to 3600\./],
  [['list', 'nothing-like-it-at-all'], /There is no experiment "nothing-like-it-at-all"; valid names: sync-rest\/base/],
  [['start', 'sync-rest'], /too many arguments/],
  [['start', '--open', '--profile', 'quick'], /--profile is of the experiments, which --open does not run/],
  [['show', 'no-such-run'], /There is no run "no-such-run"/],
  [['diff', 'latest', 'no-such-run'], /There is no run "/],
  [['diff', 'latest'], /missing required argument 'other'/],
  [['publish', 'no-such-run'], /There is no run "no-such-run"/],
  [['up', 'sync-rets'], /did you mean "sync-rest"\?/],
  [['dead-letters', 'list', '--model', 'sync-rest'], /sync-rest has no dead letters/],
  [['dead-letters', 'list', '--model', 'async-rabitmq'], /did you mean "async-rabbitmq"\?/],
  [
    ['dead-letters', 'list', '--model', 'streaming-kafka', '--broker', 'nonsense'],
    /is not an address of a kafka broker/,
  ],
  [['dead-letters', 'redrive'], /Name a dead letter by its id, or give --reason/],
  [['dead-letters', 'redrive', 'x', '--reason', 'malformed'], /give it or the id "x", not both/],
  [['dead-letters', 'redrive', '--reason', 'malformed', '--edit', 'body.json'], /--edit is for one dead letter/],
  [['dead-letters', 'redrive', '--reason', 'malformed', '--rate', '0'], /whole number from 1 to/],
  [['dead-letters', 'redrive', '--reason', 'malformed', '--limit', '-1'], /whole number from 1 to/],
  [['dead-letters', 'redrive', 'x', '--dry-run'], /--dry-run goes with --reason/],
]

const refused = runCommandLines(refusals.map(([args]) => args))

for (const [nth, [args, sentence]] of refusals.entries()) {
  test(`lab ${args.join(' ')} is refused in one sentence, with exit code 2`, async () => {
    const { code, stdout, stderr } = (await refused)[nth] ?? assert.fail()
    assert.equal(code, 2)
    assert.equal(stdout, '')
    assert.match(stderr, sentence)
    assert.ok(oneSentence(stderr), stderr)
  })
}

test('an option that npm took for itself is refused with where to put it', async () => {
  const { code, stderr } = await runCli('main', ['run', 'sync-rest'], { npm_config_profile: 'quick' })
  assert.deepEqual(
    [code, stderr],
    [2, 'npm took --profile for itself: put -- before the options, as in npm run lab -- run … --profile.\n'],
  )
})

test('a cache folder that cannot be written is refused in one sentence', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const up = ['up', 'sync-rest', '--free-ports']
  const run = ['run', 'sync-rest/baseline-latency', '--out', folder.runs]
  for (const [args, cache] of [
    [up, '/dev/null/cache'],
    [run, '/dev/null/cache'],
    [run, '/proc/nowhere'],
  ] as const) {
    const { code, stderr } = await runCli('main', args, { LAB_CACHE_DIR: cache })
    assert.equal(code, 3)
    assert.match(
      stderr,
      /^The lab cannot use its cache folder \(.+\): set LAB_CACHE_DIR to a writable folder with room\.\n$/,
    )
  }
})

test('a command that needs no cache folder works where none can be made', () => {
  const args = ['-r', './lab/cli/requirements.cjs', 'lab/cli/main.ts', 'list']
  const env = { ...process.env, LAB_CACHE_DIR: '/proc/nowhere', NODE_COMPILE_CACHE: '' }
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8', timeout: 30_000 })
  assert.equal(status, 0)
  assert.match(stdout, /sync-rest\/baseline-latency/)
})

test('where too few files may be open a run is refused with how to raise the limit', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = [process.execPath, join(ROOT, 'lab/cli/main.ts'), 'run', 'sync-rest', '--out', folder.runs]
  const few = ['-c', 'ulimit -n 256 && exec "$@"', 'few', ...lab]
  const { status, stderr } = spawnSync('/bin/sh', few, { encoding: 'utf8' })
  assert.deepEqual(
    [status, stderr],
    [3, 'Only 256 files may be open at once here, and the lab needs 1024: raise the limit with ulimit -n 1024.\n'],
  )
})

test('every command explains itself with an example', async () => {
  const { stdout } = await runCli('main', ['--help'])
  const commands = [...stdout.matchAll(/^ {2}([a-z-]+) /gm)].flatMap(([, name]) =>
    name && name !== 'help' ? [name] : [],
  )
  assert.deepEqual(commands, [
    'start',
    'run',
    'compare',
    'capacity',
    'list',
    'show',
    'judge',
    'report',
    'diff',
    'up',
    'live',
    'dead-letters',
    'doctor',
    'publish',
  ])
  const helps = await runCommandLines(commands.map(command => [command, '--help']))
  for (const [nth, { code, stdout }] of helps.entries()) {
    assert.equal(code, 0)
    assert.match(stdout, /^Example: npm (start|run lab) -- /m, commands[nth])
  }
  assert.equal(helps.length, commands.length)
})

test('list names every experiment with its question, and describes one with its method, variants and checks', async () => {
  const ids = Object.keys(experiments)
  const [all = assert.fail(), ...each] = await runCommandLines([['list'], ...ids.map(id => ['list', id])])
  assert.equal(all.code, 0)
  for (const [nth, [id, { question }]] of Object.entries(experiments).entries()) {
    assert.ok(all.stdout.includes(id) && all.stdout.includes(question), id)
    const one = each[nth] ?? assert.fail(id)
    assert.equal(one.code, 0, one.stderr)
    assert.match(
      one.stdout,
      /^Question: .+\nMethod: .+\nSettings:\n {2}smoke: .+\n {2}quick: .+\n {2}full: .+\nVariants:\n[^]+\nChecks:\n[^]* {2}lost: /m,
    )
  }
})

test('doctor has a line for each requirement', async () => {
  const { stdout } = await runCli('main', ['doctor'])
  for (const what of ['machine', 'node', 'java', 'mvn', 'cache', 'rabbitmq', 'kafka', 'ports of sync-rest']) {
    assert.match(stdout, new RegExp(`^[✔!✘] ${what}: .+$`, 'm'))
  }
})

test('doctor says how to fix an external broker that does not answer, with exit code 3', async () => {
  const { code, stdout } = await runCli('main', ['doctor'], { LAB_KAFKA_BROKERS: '127.0.0.1:1' })
  assert.equal(code, 3)
  assert.match(stdout, /^✘ kafka: LAB_KAFKA_BROKERS cannot be used: .+ Set LAB_KAFKA_BROKERS to a running broker/m)
})

test('dead letters of a broker that does not answer are refused in one sentence, without its password', async () => {
  const { code, stderr } = await runCli('main', [
    'dead-letters',
    'list',
    '--broker',
    'amqp://lab:secret@127.0.0.1:1/lab',
  ])
  assert.equal(code, 3)
  assert.ok(oneSentence(stderr), stderr)
  assert.doesNotMatch(stderr, /secret/)
})

for (const args of [['--help'], ['show', COMPARISON], ['show', COMPARISON, '--json']]) {
  test(`a reader that has enough of lab ${args.join(' ')} before its end is no error`, async t => {
    const lab = startCli('main', args)
    t.after(() => lab.process.kill('SIGKILL'))
    lab.process.stdout?.destroy()
    assert.deepEqual([await lab.ended, lab.stderr()], [0, ''])
  })

  test(`lab ${args.join(' ')} to a full disk is refused in one sentence, with exit code 3`, async t => {
    const lab = startCli('main', args, {}, '/dev/full')
    t.after(() => lab.process.kill('SIGKILL'))
    assert.equal(await lab.ended, 3)
    assert.match(lab.stderr(), /^The output could not be written to its end \(ENOSPC.+\): make room .+\n$/)
  })
}

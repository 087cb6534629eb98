import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { isRunning } from '#host/process-table.ts'
import { waitFor } from '#host/wait-for.ts'
import { getJson } from '#engine/run/http.ts'
import type { Model } from '#engine/experiment/model.ts'
import { createProcesses } from './processes.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Answers with its pid and how often it was started on this store; kills itself at `/die`. */
const SERVICE = `
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
const { PORT, DATA_DIR, TROUBLE, GREETING } = process.env
if (TROUBLE) {
  process.stderr.write(TROUBLE + '\\n')
  process.exit(2)
}
mkdirSync(DATA_DIR, { recursive: true })
appendFileSync(DATA_DIR + '/starts', 'x')
const starts = readFileSync(DATA_DIR + '/starts', 'utf8').length
createServer((request, response) => {
  if (request.url === '/die') process.kill(process.pid, 'SIGKILL')
  response.end(JSON.stringify({ pid: process.pid, starts, GREETING, faults: process.env.LAB_FAULTS, concurrency: process.env.CONCURRENCY }))
}).listen(Number(PORT), '127.0.0.1')
console.log('started')
`

type Answer = { pid: number; starts: number; GREETING?: string; faults?: string; concurrency?: string }

async function open(t: TestContext, { environment = {}, supervised = [] as string[] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'processes-'))
  for (const name of ['one', 'other']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'main.ts'), SERVICE)
  }
  const service = (name: string) => ({ name, role: 'order' as const, port: 0, environment: () => ({ GREETING: name }) })
  const model: Model = {
    name: relative(ROOT, folder),
    services: [service('one'), service('other')],
    brokers: [],
    features: [],
    entry: 'one',
    evidence: { orders: 'one', inventory: 'one', notifications: 'one' },
    durability: 'nowhere',
    defaultConcurrency: 64,
    connect: () => assert.fail('not here'),
    remove: async () => {},
  }
  const { runtime } = await createProcesses({
    model,
    broker: {},
    prefix: '',
    dataFolder: join(folder, 'data'),
    logFolder: join(folder, 'logs'),
    environment,
    supervised,
    signal: new AbortController().signal,
  })
  t.after(async () => {
    await runtime.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const ask = (name: string, path = '/health') => getJson(`${runtime.url(name)}${path}`) as Promise<Answer>
  return { runtime, ask, folder }
}

test('a service that is killed and started again has its port and its store, and another process', async t => {
  const { runtime, ask } = await open(t)
  await runtime.start('one')
  const before = await ask('one')
  const url = runtime.url('one')
  assert.equal(runtime.running('one'), true)
  await runtime.kill('one')
  assert.equal(runtime.running('one'), false)
  assert.equal(isRunning(before.pid), false)
  await assert.rejects(ask('one'), /ECONNREFUSED/)
  await runtime.start('one')
  const after = await ask('one')
  assert.equal(runtime.url('one'), url)
  assert.notEqual(after.pid, before.pid)
  assert.deepEqual([before.starts, after.starts], [1, 2])
  assert.equal(runtime.deaths('one'), 0, 'a service that is ended on purpose does not count as dead')
})

test('services have ports of their own, the environment of the model, and above it that of the variant', async t => {
  const { runtime, ask } = await open(t, { environment: { other: { GREETING: 'hello', LAB_FAULTS: 'off' } } })
  await Promise.all([runtime.start('one'), runtime.start('other')])
  assert.notEqual(runtime.url('one'), runtime.url('other'))
  const [one, other] = await Promise.all([ask('one'), ask('other')])
  assert.deepEqual([one.GREETING, one.faults], ['one', 'on'])
  assert.deepEqual([other.GREETING, other.faults], ['hello', 'off'])
})

test("a setting in the user's shell does not reach the services", async t => {
  process.env.CONCURRENCY = '1'
  t.after(() => delete process.env.CONCURRENCY)
  const { runtime, ask } = await open(t, { environment: { other: { CONCURRENCY: '2' } } })
  await Promise.all([runtime.start('one'), runtime.start('other')])
  assert.deepEqual([(await ask('one')).concurrency, (await ask('other')).concurrency], [undefined, '2'])
})

test('a paused service answers when it is resumed, and can be killed while it is paused', async t => {
  const { runtime, ask } = await open(t)
  await runtime.start('one')
  const { pid } = await ask('one')
  await runtime.pause('one')
  let answered = false
  const late = ask('one').then(said => {
    answered = true
    return said
  })
  // The other one has answered many times in the meantime.
  await runtime.start('other')
  for (let time = 0; time < 20; time++) await ask('other')
  assert.equal(answered, false)
  await runtime.resume('one')
  assert.equal((await late).pid, pid)
  await runtime.pause('one')
  await runtime.kill('one')
  assert.equal(isRunning(pid), false)
})

test('a service that dies is counted, and is not started again unless it is supervised', async t => {
  const { runtime, ask } = await open(t, { supervised: ['other'] })
  await Promise.all([runtime.start('one'), runtime.start('other')])
  await Promise.allSettled([ask('one', '/die'), ask('other', '/die')])
  const again = () =>
    ask('other').then(
      ({ starts }) => starts === 2,
      () => false,
    )
  await waitFor(again, { deadlineMs: 30_000, what: 'the supervised service to be started again' })
  assert.deepEqual([runtime.deaths('one'), runtime.deaths('other')], [1, 1])
  assert.equal(runtime.running('one'), false)
  await runtime.kill('other')
  assert.equal(runtime.running('other'), false)
  assert.equal(runtime.deaths('other'), 1)
})

test('the processes of services are reported while they run', async t => {
  const { runtime, ask } = await open(t)
  const pids = () => runtime.host?.processes().map(({ name, pids }) => [name, ...pids])
  await runtime.start('one')
  assert.deepEqual(pids(), [['one', (await ask('one')).pid], ['other']])
  await runtime.kill('one')
  assert.deepEqual(pids(), [['one'], ['other']])
})

test('a service that dies at its start gives the sentence that it said', async t => {
  const { runtime } = await open(t, { environment: { one: { TROUBLE: 'made/one: the store is damaged' } } })
  await assert.rejects(runtime.start('one'), { message: 'one did not start: made/one: the store is damaged' })
  assert.equal(runtime.running('one'), false)
})

test('what is running is not started twice, and what the model does not have is refused with what it has', async t => {
  const { runtime } = await open(t)
  await runtime.start('one')
  await assert.rejects(runtime.start('one'), { message: 'one is running already' })
  await assert.rejects(runtime.start('none'), { message: /has no service "none"; it has: one, other$/ })
})

test('the store of a killed service can be deleted, that of a running one not', async t => {
  const { runtime, ask, folder } = await open(t)
  await runtime.start('one')
  await assert.rejects(runtime.wipe('one'), { message: /^one is running/ })
  await runtime.kill('one')
  await runtime.wipe('one')
  assert.equal(existsSync(join(folder, 'data', 'one')), false)
  await runtime.start('one')
  assert.equal((await ask('one')).starts, 1)
})

test('when the runtime stops, every service has ended, paused ones and supervised ones too', async t => {
  const { runtime, ask } = await open(t, { supervised: ['one', 'other'] })
  await Promise.all([runtime.start('one'), runtime.start('other')])
  const pids = [(await ask('one')).pid, (await ask('other')).pid]
  await runtime.pause('other')
  await runtime.stop()
  assert.deepEqual(pids.map(isRunning), [false, false])
  assert.deepEqual([runtime.running('one'), runtime.running('other')], [false, false])
})

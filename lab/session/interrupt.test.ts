import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isRunning } from '#host/process-table.ts'
import { waitFor } from '#host/wait-for.ts'
import { parseSummary, ROOT } from './run-folder.ts'
import { leftovers, startCli, testFolder } from '../testing/cli.ts'

const start = (folder: ReturnType<typeof testFolder>) =>
  startCli('main', ['run', 'sync-rest', '--profile', 'quick', '--out', folder.runs, '--junit', xmlOf(folder)], {
    LAB_CACHE_DIR: folder.cache,
  })

const xmlOf = (folder: ReturnType<typeof testFolder>) => join(folder.path, 'checks.xml')

const gone = (pids: readonly number[]) =>
  waitFor(() => !pids.some(isRunning), { deadlineMs: 30_000, what: `processes ${pids.join(', ')} to end` })

test('Ctrl-C leaves no process, lease or data, and says which results there are and where', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = start(folder)
  t.after(() => lab.process.kill('SIGKILL'))
  await lab.untilPrinted('orders sent')
  const services = lab.children()
  assert.equal(services.length, 3)
  assert.ok(leftovers(folder).length > 3)

  lab.process.kill('SIGINT')
  assert.equal(await lab.ended, 130)
  await gone(services)
  assert.deepEqual(leftovers(folder), [])
  assert.match(lab.stderr(), /Interrupted\. Results until then: .+summary\.json/)
  const [run = ''] = readdirSync(folder.runs)
  const file = join(folder.runs, run, 'summary.json')
  assert.deepEqual(readdirSync(folder.runs), [run], 'a run that measured nothing is not the latest')
  assert.equal(parseSummary(readFileSync(file, 'utf8'), file).results[0]?.failure, 'it was interrupted')
  assert.match(lab.stdout(), /The run was stopped: it has 1 of 3 results\./)
  assert.match(
    readFileSync(join(folder.runs, run, 'report.html'), 'utf8'),
    /The run was stopped: it has 1 of 3 results\./,
  )
  const xml = readFileSync(xmlOf(folder), 'utf8')
  assert.match(xml, /it runs to its end"><error message="it was interrupted"/)
  assert.match(xml, /failing-inventory" name="it runs to its end"><error message="It was not run\."/)
})

test('repeated Ctrl-C ends the lab and its processes without a stack trace', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = start(folder)
  t.after(() => lab.process.kill('SIGKILL'))
  await lab.untilPrinted('orders sent')
  const services = lab.children()
  lab.process.kill('SIGINT')
  const again = setInterval(() => lab.process.kill('SIGINT'), 100)
  t.after(() => clearInterval(again))
  // One that comes when the process has let go of its handlers ends it by itself.
  assert.ok([130, 'SIGINT'].includes((await lab.ended) ?? ''))
  await gone(services)
  assert.doesNotMatch(lab.stderr(), /    at /)
})

for (const signal of ['SIGTERM', 'SIGKILL'] as const)
  test(`${signal} to npm ends the lab and its services, and leaves nothing`, async t => {
    const folder = testFolder()
    t.after(folder.remove)
    const npm = spawn('npm', ['run', '-s', 'lab', '--', 'up', 'sync-rest', '--free-ports'], {
      cwd: ROOT,
      env: { ...process.env, LAB_CACHE_DIR: folder.cache },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    npm.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
    t.after(() => npm.kill('SIGKILL'))
    const isUp = () => printed.includes('Ctrl-C ends it')
    await waitFor(isUp, { deadlineMs: 60_000, what: 'the model to be up' })
    assert.ok(leftovers(folder).length > 0)
    npm.kill(signal)
    const isGone = () => leftovers(folder).length === 0
    await waitFor(isGone, { deadlineMs: 30_000, what: 'the lab to have removed what it used' })
  })

test('SIGKILL of the lab leaves no process, and the next start sweeps what it left', async t => {
  const folder = testFolder()
  t.after(folder.remove)
  const killed = start(folder)
  t.after(() => killed.process.kill('SIGKILL'))
  await killed.untilPrinted('orders sent')
  const services = killed.children()
  assert.equal(services.length, 3)
  killed.process.kill('SIGKILL')
  assert.equal(await killed.ended, 'SIGKILL')
  await gone(services)
  assert.ok(leftovers(folder).some(name => name.startsWith('data/')))

  const next = start(folder)
  t.after(() => next.process.kill('SIGKILL'))
  await next.untilPrinted('removed what the dead run')
  next.process.kill('SIGINT')
  await next.ended
  assert.deepEqual(
    leftovers(folder),
    leftovers(folder).filter(name => name.startsWith('ports/')),
  )
})

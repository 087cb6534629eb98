import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { allowedCpus } from '#host/cpus.ts'
import { UsageError } from '../cli/usage.ts'
import { startCli, testFolder } from '../testing/cli.ts'
import { pinningOf } from './pinning.ts'
import { parseSummary } from './run-folder.ts'

const all = allowedCpus()
const [first = assert.fail(), ...others] = all

/** Of all threads of a process. */
const cpusOf = (pid: number): string[] => [
  ...new Set(
    readdirSync(`/proc/${pid}/task`).map(
      thread =>
        /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))?.[1] ?? '',
    ),
  ),
]

test('where it is asked for, all threads of the lab run on CPUs on which no service does, and the result says so', async t => {
  if (others.length === 0) {
    assert.throws(() => pinningOf({ generatorCpus: String(first) }, 'processes'), /No CPU would be left/)
    return
  }
  const folder = testFolder()
  t.after(folder.remove)
  const pins = ['--generator-cpus', String(first), '--service-cpus', String(others[0])]
  const args = ['run', 'sync-rest/baseline-latency', '--profile', 'smoke', '--out', folder.runs, ...pins]
  const lab = startCli('main', args, { LAB_CACHE_DIR: folder.cache })
  t.after(() => lab.process.kill('SIGKILL'))
  await lab.untilPrinted('orders sent')
  assert.deepEqual(cpusOf(lab.process.pid ?? 0), [String(first)])
  const services = lab.children()
  assert.equal(services.length, 3)
  for (const pid of services) assert.deepEqual(cpusOf(pid), [String(others[0])])
  assert.equal(await lab.ended, 0, lab.stderr())
  assert.match(lab.stdout(), new RegExp(`Pinned: the generator to CPU ${first}, services .+ to CPU ${others[0]}\\.`))
  const read = (name: string) => readFileSync(join(folder.runs, 'latest', name), 'utf8')
  const { cpus } = parseSummary(read('summary.json'), 'summary.json')
  assert.deepEqual(cpus, { generator: String(first), services: String(others[0]) })
  assert.match(read('report.html'), new RegExp(`--generator-cpus ${first} --service-cpus ${others[0]}`))
})

test('the side for which no CPUs are named has those that are left', () => {
  const left = others.join()
  if (left !== '') {
    assert.deepEqual(pinningOf({ generatorCpus: String(first) }, 'processes'), { lab: String(first), children: left })
    assert.deepEqual(pinningOf({ serviceCpus: left }, 'processes'), { lab: String(first), children: left })
  }
  assert.equal(pinningOf({}, 'compose'), undefined)
})

test('CPUs that cannot be had are refused in one sentence', () => {
  const refused = (generatorCpus: string, serviceCpus: string | undefined, why: RegExp, runtime = 'processes') => {
    const options = { generatorCpus, ...(serviceCpus !== undefined && { serviceCpus }) }
    assert.throws(
      () => pinningOf(options, runtime),
      (error: unknown) => error instanceof UsageError && why.test(error.message),
    )
  }
  refused('one', undefined, /^"one" is no list of CPUs; it has the form 0-1,3\.$/)
  refused('8000', undefined, /^The lab has no CPU 8000 here; it may use /)
  refused(String(first), String(first), new RegExp(`share CPU ${first}`))
  refused(all.join(), undefined, /^No CPU would be left/)
  refused(String(first), undefined, /--runtime compose/, 'compose')
})

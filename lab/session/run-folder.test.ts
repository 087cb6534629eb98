import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  cpSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { sampleResult, sampleSummary } from '../testing/sample-result.ts'
import { findRun, parseSummary, saveSummary, pointLatest } from './run-folder.ts'
import { runCommandLines, testFolder } from '../testing/cli.ts'
import { tmpdir } from 'node:os'

const old = sampleSummary([sampleResult])

function folderWithOld(t: TestContext): { path: string; file: string } {
  const { path, remove } = testFolder()
  t.after(remove)
  saveSummary(old, path)
  return { path, file: join(path, 'summary.json') }
}

test('a reader of a summary that is being replaced reads the old one to its end; a later reader reads the new one', t => {
  const { path, file } = folderWithOld(t)
  const reader = openSync(file, 'r')
  t.after(() => closeSync(reader))
  const renewed = { ...old, results: [sampleResult, sampleResult] }
  saveSummary(renewed, path)
  assert.deepEqual(parseSummary(readFileSync(reader, 'utf8'), file), old)
  assert.deepEqual(parseSummary(readFileSync(file, 'utf8'), file), renewed)
})

test('a lab that ends while it writes a summary leaves the old one complete', t => {
  const { path, file } = folderWithOld(t)
  // No file of this process may grow beyond a few blocks, so that it is cut in the middle, whatever the machine's speed.
  const script = `
    import { readFileSync } from 'node:fs'
    import { saveSummary } from ${JSON.stringify(join(import.meta.dirname, 'run-folder.ts'))}
    const { results, ...rest } = JSON.parse(readFileSync(${JSON.stringify(file)}, 'utf8'))
    saveSummary({ ...rest, results: Array(100).fill(results[0]) }, ${JSON.stringify(path)})`
  const limited = ['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script]
  const { status, stderr } = spawnSync('sh', limited, { encoding: 'utf8' })
  assert.notEqual(status, 0)
  assert.match(stderr, /EFBIG/)
  assert.ok(statSync(join(path, '.summary.json')).size > 0, 'it had begun to write')
  assert.deepEqual(parseSummary(readFileSync(file, 'utf8'), file), old)
})

test('latest points to the newest run of its folder, also where it was copied as a folder; a run elsewhere leaves it unchanged', t => {
  const path = mkdtempSync(join(tmpdir(), 'lab-latest-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  const out = join(path, 'runs')
  for (const folder of ['runs/one', 'runs/two', 'elsewhere/three', 'runs/deep/four'])
    mkdirSync(join(path, folder), { recursive: true })
  pointLatest(out, join(out, 'one'))
  pointLatest(out, join(out, 'two'))
  pointLatest(out, join(path, 'elsewhere', 'three'))
  pointLatest(out, join(out, 'deep', 'four'))
  pointLatest(join(path, 'nowhere'), join(path, 'elsewhere', 'three'))
  assert.equal(readlinkSync(join(out, 'latest')), 'two')
  assert.deepEqual(readdirSync(out).sort(), ['deep', 'latest', 'one', 'two'])

  // As an artifact of a CI system has it.
  rmSync(join(out, 'latest'))
  cpSync(join(out, 'two'), join(out, 'latest'), { recursive: true })
  pointLatest(out, join(out, 'one'))
  assert.equal(readlinkSync(join(out, 'latest')), 'one')
  assert.deepEqual(readdirSync(out).sort(), ['deep', 'latest', 'latest-before-one', 'one', 'two'])
})

const COMMANDS = { show: 1, judge: 1, report: 1, diff: 2, publish: 1 }

for (const [format, age] of [
  [undefined, 'an older'],
  [1, 'an older'],
  [3, 'a newer'],
] as const)
  test(`a run of ${age} version of the lab, of format ${format}, is refused by each command in one sentence`, async t => {
    const { path, file } = folderWithOld(t)
    writeFileSync(file, JSON.stringify({ ...old, format }))
    const lines = Object.entries(COMMANDS).map(([command, runs]) => [command, ...Array<string>(runs).fill(path)])
    const refused = await runCommandLines(lines)
    assert.equal(refused.length, lines.length)
    for (const { code, stdout, stderr } of refused) {
      assert.deepEqual([code, stdout], [2, ''])
      assert.ok(
        stderr.includes(`summary.json was made by ${age} version of the lab; run its experiments again.`),
        stderr,
      )
      assert.equal(stderr.trim().split('\n').length, 1, stderr)
    }
  })

test('a folder of something else is refused with what it may be, and not as a name that is unknown', t => {
  const { path, remove } = testFolder()
  t.after(remove)
  mkdirSync(join(path, '20260101-000000-abcd'))
  assert.throws(() => findRun('20260101-000000-abcd', path), /holds no summary\.json.+lab capacity.+capacity\.html/)
})

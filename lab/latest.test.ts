import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pointLatest } from './session/latest.ts'

test('latest leads to the newest run of its folder, and a run that lies elsewhere leaves it as it is', t => {
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
})

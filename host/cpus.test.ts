import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCpus } from './cpus.ts'

test('a list of CPUs names single ones and ranges, in any sequence', () => {
  assert.deepEqual(readCpus('0'), [0])
  assert.deepEqual(readCpus('3,0-1,1'), [0, 1, 3])
  for (const text of ['', '0,', '1-0', '-1', 'all', '0-', '0 1', '9999']) assert.equal(readCpus(text), undefined, text)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseTests, inTurns } from './run-tests.ts'

const COMPOSE = 'sync-rest/tests/c.compose-test.ts'
const BROWSER = 'lab/report/html/d.browser-test.ts'
const PATHS = [
  'common/service/log.test.ts',
  'common/service/log.ts',
  'lab/a.test.ts',
  'sync-rest/tests/b.test.ts',
  COMPOSE,
  BROWSER,
]

test('without arguments all test files are chosen, and nothing else', () => {
  assert.deepEqual(chooseTests(PATHS, []), {
    files: ['common/service/log.test.ts', 'lab/a.test.ts', 'sync-rest/tests/b.test.ts'],
  })
})

test('what expects a verdict of experiments runs alone', () => {
  assert.deepEqual(inTurns(['lab/a.test.ts', 'lab/b.alone.test.ts', 'lab/alone.test.ts']), {
    together: ['lab/a.test.ts', 'lab/alone.test.ts'],
    alone: ['lab/b.alone.test.ts'],
  })
})

test('what needs an engine or a browser is chosen by its own ending', () => {
  assert.deepEqual(chooseTests(PATHS, [], '.compose-test.ts'), { files: [COMPOSE] })
  assert.match(chooseTests(PATHS, ['service'], '.compose-test.ts').problem ?? '', /"service"/)
  assert.deepEqual(chooseTests(PATHS, [], '.browser-test.ts'), { files: [BROWSER] })
})

test('words narrow to the paths that contain any of them', () => {
  assert.deepEqual(chooseTests(PATHS, ['sync-rest', 'service/']).files, [
    'common/service/log.test.ts',
    'sync-rest/tests/b.test.ts',
  ])
})

test('a word that no test file has in its path is a problem, even beside one that matches', () => {
  assert.match(chooseTests(PATHS, ['lab', 'synk']).problem ?? '', /^No test file has "synk" in its path;/)
  assert.match(chooseTests(PATHS, ['log.ts']).problem ?? '', /log\.ts/)
  assert.match(chooseTests(PATHS, ['--watch']).problem ?? '', /--watch/)
})

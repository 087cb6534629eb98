import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unexplainedDependencies, machinePaths, emptyOrSleepingTests } from './rules.ts'

const complaintsOfTest = (text: string): number => emptyOrSleepingTests([{ path: 'a.test.ts', text }]).length

test('a test file without a test is refused, unless the conformance suite declares its tests', () => {
  assert.equal(complaintsOfTest('const a = 1'), 1)
  assert.equal(complaintsOfTest("/pattern/.test('x')\n// test('a')"), 1)
  assert.equal(complaintsOfTest("test('a', () => {})"), 0)
  assert.equal(complaintsOfTest("import { conform } from '#conformance/suite.ts'\nconform()"), 0)
})

test('tests that are left out are refused', () => {
  for (const kind of ['skip', 'only', 'todo']) {
    assert.equal(complaintsOfTest(`test('a', () => {})\ntest.${kind}('b', () => {})`), 1, kind)
    assert.equal(complaintsOfTest(`test('a', { ${kind}: true }, () => {})`), 1, kind)
    assert.equal(complaintsOfTest(`test('${kind}: true', () => {})`), 0, kind)
  }
  assert.equal(complaintsOfTest("test('a', t => { t.skip() })"), 1)
})

test('tests that sleep are refused, and timers that simulate a slow peer are not', () => {
  const sleeps = [
    'await new Promise(done => setTimeout(done, 100))',
    'await new Promise<void>((done) => { setTimeout(done, 100) })',
    'await promisify(setTimeout)(100)',
    "import { setTimeout as wait } from 'node:timers/promises'",
    "const { scheduler } = await import('node:timers/promises')",
  ]
  for (const sleep of sleeps) assert.equal(complaintsOfTest(`${sleep}\ntest('a', () => {})`), 1, sleep)
  assert.equal(complaintsOfTest("test('a', () => { setTimeout(() => answer.end(), 100) })"), 0)
})

test('a path of one machine is refused in any text, with its line', () => {
  const complaintsOf = (text: string): string[] => machinePaths([{ path: 'README.md', text }])
  for (const folder of ['work', 'root', 'home/someone', 'Users/someone']) {
    assert.deepEqual(complaintsOf(`first\nsee /${folder}/x`), [`README.md:2 holds /${folder}, a path of one machine.`])
  }
  assert.deepEqual(complaintsOf('common/workflow, a/work/b, https://example.org/home/, /workflow, /home/node/app'), [])
})

test('a dependency without a reason is refused, and so is a reason without its dependency', () => {
  const complaintsOf = (names: string[], reasons: string): string[] =>
    unexplainedDependencies([
      { path: 'package.json', text: JSON.stringify({ devDependencies: Object.fromEntries(names.map(n => [n, '1'])) }) },
      { path: 'docs/decisions/000-dependencies.md', text: reasons },
    ])
  assert.deepEqual(complaintsOf(['a', '@b/c'], '- `a`, `@b/c`: because.\n- `node:test`: because.'), [])
  assert.match(complaintsOf(['a', 'b'], '- `a`: not `b`.').join(), /no line for b/)
  assert.match(complaintsOf(['a'], '- `a`: x.\n- `z`: x.').join(), /explains z/)
})

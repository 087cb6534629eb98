import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importsOf } from './imports.ts'

const seen = (text: string): string[] => importsOf('tools/check/a.ts', text)

test('each way of importing is seen', () => {
  assert.deepEqual(seen("import a, { b } from './b.ts'"), ['tools/check/b.ts'])
  assert.deepEqual(seen("import type {\n  C,\n} from '../c.ts'"), ['tools/c.ts'])
  assert.deepEqual(seen('import "../../infra/d.ts"'), ['infra/d.ts'])
  assert.deepEqual(seen("export * from '#common/service/e.ts'"), ['common/service/e.ts'])
  assert.deepEqual(seen("export type { F } from 'f'"), ['f'])
  assert.deepEqual(seen("const g = await import('./g.ts')"), ['tools/check/g.ts'])
  assert.deepEqual(seen("type H = import('./h.ts').H"), ['tools/check/h.ts'])
})

test('comments and strings import nothing', () => {
  assert.deepEqual(seen("// import './a.ts'\n/* import './b.ts' */"), [])
  assert.deepEqual(seen('const text = "import(\'./a.ts\')"'), [])
  assert.deepEqual(seen("const text = `import './a.ts'`"), [])
})

test('quotes in a regular expression do not hide the imports after it', () => {
  assert.deepEqual(seen("const quote = /['`/]/g\nconst half = 4 / 2\nimport './a.ts'"), ['tools/check/a.ts'])
  assert.deepEqual(seen("s.replace(/`/, '')\nimport './a.ts'"), ['tools/check/a.ts'])
})

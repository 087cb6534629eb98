// The files of the page, as its server sends them. Its scripts are TypeScript as everywhere: the types are taken off here, once.
import { readFileSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'

import { COLOURS } from '../report/html/style.ts'

export type PageFile = { type: string; body: string }

const PAGE = join(import.meta.dirname, 'page')
const SCRIPTS = [
  'main.ts',
  'lane-view.ts',
  'flow.ts',
  'journey.ts',
  'curves.ts',
  'controls.ts',
  'story-view.ts',
  'dom.ts',
  'requests.ts',
  'protocol.ts',
]

export function pageFiles(): ReadonlyMap<string, PageFile> {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'))
  const text = (file: string) => readFileSync(file, 'utf8')
  const script = (body: string): PageFile => ({ type: 'text/javascript; charset=utf-8', body })
  return new Map([
    ['', { type: 'text/html; charset=utf-8', body: text(join(PAGE, 'index.html')) }],
    ['colours.css', { type: 'text/css; charset=utf-8', body: COLOURS }],
    ['page.css', { type: 'text/css; charset=utf-8', body: text(join(PAGE, 'page.css')) }],
    ['uplot.css', { type: 'text/css; charset=utf-8', body: text(join(uplot, 'uPlot.min.css')) }],
    ['uplot.js', script(text(join(uplot, 'uPlot.esm.js')))],
    ...SCRIPTS.map((name): [string, PageFile] => [name, script(withoutTypes(text(join(PAGE, name))))]),
  ])
}

/** Node marks it as experimental by a warning on the terminal, though it does the same for every file that it runs. */
function withoutTypes(code: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(code)
  } finally {
    process.emitWarning = emitWarning
  }
}

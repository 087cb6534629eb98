// The files of the page, as its server sends them.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { browserScript } from '../report/html/browser-script.ts'
import { COLOURS } from '../report/html/style.ts'

export type PageFile = { type: string; body: string }

const PAGE = join(import.meta.dirname, 'page')
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'))
  const text = (file: string) => readFileSync(file, 'utf8')
  const script = (body: string): PageFile => ({ type: 'text/javascript; charset=utf-8', body })
  const scripts = readdirSync(PAGE).filter(name => name.endsWith('.ts'))
  return new Map([
    ['', { type: 'text/html; charset=utf-8', body: text(join(PAGE, 'index.html')) }],
    ['colours.css', { type: 'text/css; charset=utf-8', body: COLOURS }],
    ['page.css', { type: 'text/css; charset=utf-8', body: text(join(PAGE, 'page.css')) }],
    ['uplot.css', { type: 'text/css; charset=utf-8', body: text(join(uplot, 'uPlot.min.css')) }],
    ['uplot.js', script(text(join(uplot, 'uPlot.esm.js')))],
    ...scripts.map((name): [string, PageFile] => [name, script(browserScript(join(PAGE, name)))]),
  ])
}

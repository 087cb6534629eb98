// `npm run bench -- --publish`: puts the rows of a full bench into docs/performance.json, and renders docs/performance.md from it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../lab/cli/usage.ts'
import { ROOT } from '../../lab/session/run-folder.ts'
import { compactJson } from '../../lab/publish/sources.ts'
import { publishable, readBenchFile } from './bench-file.ts'
import { performancePage } from './performance-page.ts'
import { ROWS } from './rows.ts'

const JSON_FILE = 'docs/performance.json'
const PAGE = 'docs/performance.md'

/** @param file of the bench; without one the committed figures are rendered again. @throws UsageError */
export function publish(file: string | undefined): void {
  const from = file ?? join(ROOT, JSON_FILE)
  if (!existsSync(from)) throw new UsageError(`There is no ${from}: npm run bench writes one.`)
  const names = ROWS.map(({ name }) => name)
  const published = publishable(readBenchFile(readFileSync(from, 'utf8'), from), names)
  writeFileSync(join(ROOT, JSON_FILE), compactJson(published))
  writeFileSync(join(ROOT, PAGE), performancePage(published, ROWS))
  console.log([JSON_FILE, PAGE].join('\n'))
}

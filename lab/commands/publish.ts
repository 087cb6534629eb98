// `lab publish`: a whole run becomes the evidence that is committed with the code.
import type { Command } from 'commander'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { experiments, models } from '../experiments.ts'
import { requirePublishable } from '../publish/publishable.ts'
import { renderedFrom } from '../publish/rendered.ts'
import { sourcesOf } from '../publish/sources.ts'
import { findRun, ROOT } from '../runs.ts'

export function addPublishCommand(program: Command): void {
  program
    .command('publish')
    .description('write the results of a full run where they are committed: JSON, tables, pictures, logs')
    .argument('<run>', 'its name under runs/, a folder, or latest')
    .addHelpText('after', '\nExample: npm run lab -- publish latest')
    .action(async (name: string) => {
      const { summary, folder } = findRun(name)
      requirePublishable(summary, Object.keys(experiments))
      const names = models.map(model => model.name)
      const withResults = names.filter(model => summary.results.some(result => result.model === model))
      const sources = sourcesOf(summary, folder)
      write(sources)
      const rendered = await renderedFrom(ROOT, withResults)
      write(rendered)
      console.log(`Published ${summary.run}:`)
      for (const path of [...sources.keys(), ...rendered.keys()].sort()) console.log(`  ${path}`)
    })
}

function write(files: ReadonlyMap<string, string | Uint8Array>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true })
    writeFileSync(join(ROOT, path), content)
  }
}

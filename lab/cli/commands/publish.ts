// `lab publish`: turns a complete run into the evidence that is committed with the code.
import type { Command } from 'commander'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { experiments, models, registry } from '../../session/registry.ts'
import { requirePublishable } from '../../publish/publishable.ts'
import { renderedFrom } from '../../publish/rendered.ts'
import { comparisonSource, sourcesOf } from '../../publish/sources.ts'
import { findRun, ROOT } from '../../session/run-folder.ts'

export function addPublishCommand(program: Command): void {
  program
    .command('publish')
    .description(
      'write the results of a full run or comparison to their committed places: JSON, tables, pictures, logs',
    )
    .argument('[run]', 'its name under runs/, a folder, or latest (default: render the committed results again)')
    .addHelpText('after', '\nExample: npm run lab -- publish latest')
    .action((name?: string) => {
      const sources = name === undefined ? new Map<string, string>() : fromRun(name)
      write(sources)
      const rendered = renderedFrom(ROOT, withExperiments)
      write(rendered)
      for (const path of [...sources.keys(), ...rendered.keys()].sort()) console.log(path)
    })
}

/** Models without experiments have no results to publish. */
const withExperiments = models
  .map(({ name }) => name)
  .filter(name => Object.keys(experiments).some(id => id.startsWith(`${name}/`)))

/** @throws UsageError when the run cannot be published */
function fromRun(name: string): Map<string, string> {
  const { summary, folder } = findRun(name)
  requirePublishable(summary, registry)
  return summary.comparison ? comparisonSource(summary) : sourcesOf(summary, folder)
}

function write(files: ReadonlyMap<string, string | Uint8Array>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true })
    writeFileSync(join(ROOT, path), content)
  }
}

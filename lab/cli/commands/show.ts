// `lab show`: a run as it was shown at its end, from its summary alone.
import type { Command } from 'commander'
import { comparisonText } from '../../comparison/text.ts'
import { renderOverview, renderResult } from '../../report/terminal/report.ts'
import { terminalWidth } from '../../report/terminal/width.ts'
import { findRun, shortPath } from '../../session/runs.ts'

export function addShowCommand(program: Command): void {
  program
    .command('show')
    .description('show a run again: its tables, sentences, verdicts and overview')
    .argument('[run]', 'its name under runs/, a folder, or latest', 'latest')
    .option('--json', 'print its summary as JSON, and nothing else')
    .addHelpText('after', '\nExample: npm run lab -- show latest')
    .action((name: string, { json }: { json?: boolean }) => {
      const { summary, folder } = findRun(name)
      if (json) {
        process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
        return
      }
      if (summary.comparison) {
        console.log(comparisonText(summary, shortPath(folder), terminalWidth()))
        return
      }
      for (const result of summary.results) console.log(`${renderResult(result, terminalWidth())}\n`)
      console.log(renderOverview(summary, shortPath(folder)))
    })
}

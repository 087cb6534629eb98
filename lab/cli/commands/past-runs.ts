// Commands about past runs: `lab show` prints one and `lab diff` compares two, from their summaries alone; `lab report` writes the page
// for a browser, which shows the timeline of each order where its history is in the folder.
import type { Command } from 'commander'
import { comparisonText } from '../../comparison/text.ts'
import { renderOverview, renderResult } from '../../report/terminal/report.ts'
import { print, terminalWidth } from '../../report/terminal/screen.ts'
import { findRun, shortPath, writing } from '../../session/run-folder.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Summary } from '#engine/run/summary.ts'
import { recommendations } from '../../comparison/recommendations.ts'
import { registry } from '../../session/registry.ts'
import { traced } from '../../session/traced.ts'
import { reportPage } from '../../report/html/page.ts'
import { diffRuns, gotWorse } from '../../report/diff/diff.ts'
import { renderDiff } from '../../report/diff/render.ts'

export function addShowCommand(program: Command): void {
  program
    .command('show')
    .description('print a past run: its tables, sentences, verdicts and overview')
    .argument('[run]', 'its name under runs/, a folder, or latest', 'latest')
    .option('--json', 'print only its summary, as JSON')
    .addHelpText('after', '\nExample: npm run lab -- show latest')
    .action((name: string, { json }: { json?: boolean }) => {
      const { summary, folder } = findRun(name)
      if (json) {
        process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
        return
      }
      if (summary.comparison) {
        print(comparisonText(summary, shortPath(folder), terminalWidth()))
        return
      }
      for (const result of summary.results) print(`${renderResult(result, terminalWidth())}\n`)
      print(renderOverview(summary, shortPath(folder), terminalWidth()))
    })
}

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('write the report.html of a past run (tables, pictures and verdicts in one file), and print its path')
    .argument('[run]', 'its name under runs/, a folder, or latest', 'latest')
    .addHelpText('after', '\nExample: npm run lab -- report latest')
    .action(async (name: string) => {
      const { summary, folder } = findRun(name)
      console.log(shortPath(await writeReport(summary, folder)))
    })
}

/** Returns the path of the file. @param folder of the run @throws Error in one sentence */
export async function writeReport(summary: Summary, folder: string): Promise<string> {
  const file = join(folder, 'report.html')
  const { summary: shown, unread } = await traced(summary, folder)
  for (const sentence of unread) console.error(`${sentence} The report shows its orders without their timelines.`)
  const page = reportPage(shown, { registry, recommendations: recommendations(summary) })
  writing(file, () => writeFileSync(file, page))
  return file
}

/** Exit code 1 when a verdict got worse, or is missing because its result, variant or check is. */
export function addDiffCommand(program: Command): void {
  program
    .command('diff')
    .description('compare two runs: conditions, verdicts, measures; exit code 1 when a verdict got worse')
    .argument('<run>', 'the earlier run: its name under runs/, a folder, or latest')
    .argument('<other>', 'the later run, which is reported as higher, lower or worse')
    .option('--all', 'every measure, not only those of the tables')
    .option('--json', 'print only the comparison, as JSON')
    .addHelpText('after', '\nExample: npm run lab -- diff 20260102-030405-beef latest')
    .action((one: string, other: string, { all = false, json }: { all?: boolean; json?: boolean }) => {
      const diff = diffRuns(findRun(one).summary, findRun(other).summary, { all })
      if (json) console.log(JSON.stringify(diff, null, 2))
      else print(renderDiff(diff, terminalWidth()))
      process.exitCode = gotWorse(diff) > 0 ? 1 : 0
    })
}

// `lab report`: a run as a page for a browser, from its summary alone.
import type { Command } from 'commander'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Summary } from '#engine/run/summary.ts'
import { recommendations } from '../../comparison/recommendations.ts'
import { registry } from '../../session/known.ts'
import { reportPage } from '../../report/html/page.ts'
import { findRun, shortPath } from '../../session/runs.ts'

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('write report.html of a run again, and print its path: tables, pictures, verdicts in one file')
    .argument('[run]', 'its name under runs/, a folder, or latest', 'latest')
    .addHelpText('after', '\nExample: npm run lab -- report latest')
    .action((name: string) => {
      const { summary, folder } = findRun(name)
      console.log(shortPath(writeReport(summary, folder)))
    })
}

/** Returns the path of the file. @param folder of the run */
export function writeReport(summary: Summary, folder: string): string {
  const file = join(folder, 'report.html')
  writeFileSync(file, reportPage(summary, { registry, recommendations: recommendations(summary) }))
  return file
}

// `lab diff`: two runs side by side. Exit code 1 when a verdict got worse, or is gone with its result, variant
// or check.
import type { Command } from 'commander'
import { diffRuns, gotWorse } from '../../report/diff/diff.ts'
import { renderDiff } from '../../report/diff/render.ts'
import { findRun } from '../../session/runs.ts'

export function addDiffCommand(program: Command): void {
  program
    .command('diff')
    .description('compare two runs: conditions, verdicts, measures; exit code 1 when a verdict got worse')
    .argument('<run>', 'the one that is compared with: its name under runs/, a folder, or latest')
    .argument('<other>', 'the one that is told to be higher, lower or worse')
    .option('--all', 'every measure, not only those of the tables')
    .option('--json', 'print the comparison as JSON, and nothing else')
    .addHelpText('after', '\nExample: npm run lab -- diff 20260102-030405-beef latest')
    .action((one: string, other: string, { all = false, json }: { all?: boolean; json?: boolean }) => {
      const diff = diffRuns(findRun(one).summary, findRun(other).summary, { all })
      console.log(json ? JSON.stringify(diff, null, 2) : renderDiff(diff))
      process.exitCode = gotWorse(diff) > 0 ? 1 : 0
    })
}

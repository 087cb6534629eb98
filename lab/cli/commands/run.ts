// `lab start` and `lab run`: experiments with live progress, tables and verdicts, and an overview at the end.
import type { Command } from 'commander'
import type { Result } from '#engine/run/summary.ts'
import { DURATIONS } from '../../session/durations.ts'
import { experiments, models } from '../../session/registry.ts'
import { isSideBySide } from '../../session/run.ts'
import { liveReporter, plainReporter } from '../../report/terminal/progress.ts'
import { renderOverview, renderResult } from '../../report/terminal/report.ts'
import { print, terminalWidth } from '../../report/terminal/screen.ts'
import { unknownName } from '../usage.ts'
import { addRunOptions, runCommand, type RunOptions } from '../run-command.ts'

export function addRunCommands(program: Command): void {
  const start = program
    .command('start')
    .description(`run all experiments, and print their tables, verdicts and an overview (${DURATIONS.start})`)
    .action((options: RunOptions) => runExperiments(Object.keys(experiments), options))
  const some = program
    .command('run')
    .description(`run some experiments (${DURATIONS.run})`)
    .argument('<experiment...>', 'names from lab list, or a model for all of its experiments')
    .action((names: string[], options: RunOptions) => runExperiments(selected(names), options))
  addRunOptions(start).addHelpText('after', '\nExample: npm start -- --profile smoke')
  addRunOptions(some).addHelpText(
    'after',
    '\nExample: npm run lab -- run sync-rest/baseline-latency --profile quick --seed 7\n         npm run lab -- run async-rabbitmq --profile quick --runtime compose\n         npm run lab -- run sync-rest --threshold "completed p99 < 500 ms" --junit checks.xml',
  )
}

/** Experiments by name; a model's name stands for all of its experiments. @throws UsageError with the nearest name */
function selected(names: readonly string[]): string[] {
  const known = Object.keys(experiments)
  const found = names.flatMap(name => {
    const matching = known.filter(id => id === name || id.startsWith(`${name}/`))
    if (matching.length === 0) throw unknownName('experiment', name, [...models.map(model => model.name), ...known])
    return matching
  })
  return [...new Set(found)]
}

async function runExperiments(ids: readonly string[], options: RunOptions): Promise<void> {
  const show = (result: Result) => print(`\n${renderResult(result, terminalWidth())}\n`)
  const { profile, runtime } = options
  await runCommand(options, {
    experiments: ids.flatMap(id => (experiments[id] ? [{ id, experiment: experiments[id] }] : [])),
    // A live list shows one experiment at a time.
    reporter:
      process.stdout.isTTY && !isSideBySide(options)
        ? liveReporter(profile, runtime, show)
        : plainReporter(print, show),
    result: (summary, where) => renderOverview(summary, where, terminalWidth()),
    interrupted: (_, where) => `Interrupted. Results until then: ${where}/summary.json`,
  })
}

// `lab list`: the experiments with their questions; or one of them with its method, settings, variants and checks.
import type { Command } from 'commander'
import type { Experiment } from '#engine/experiment/define.ts'
import { PROFILES } from '#engine/run/summary.ts'
import { experiments } from '../../session/registry.ts'
import { print } from '../../report/terminal/screen.ts'
import { draw } from '../../report/terminal/table.ts'
import { unknownName } from '../usage.ts'

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('list the experiments, or describe one')
    .argument('[experiment]', 'one of them')
    .addHelpText('after', '\nExample: npm run lab -- list sync-rest/baseline-latency')
    .action((name?: string) => {
      if (name === undefined) {
        const rows = Object.entries(experiments).map(([id, { question }]) => [id, question])
        // A file keeps each experiment in its line.
        print(draw(['experiment', 'question'], rows, [0, 1], process.stdout.columns))
        return
      }
      const experiment = experiments[name]
      if (!experiment) throw unknownName('experiment', name, Object.keys(experiments))
      print(describe(name, experiment))
    })
}

/** Everything comes from the experiment itself, so it cannot differ from what is run. */
function describe(id: string, experiment: Experiment): string {
  const { title, question, does, profiles, columns } = experiment
  const variants = experiment.variants(profiles.full)
  const checks = new Map(variants.flatMap(variant => variant.checks.map(({ name, claim }) => [name, claim])))
  const thresholds = new Set(variants.flatMap(variant => variant.thresholds ?? []))
  const settings = PROFILES.map(profile => {
    const values = Object.entries(profiles[profile]).map(([name, value]) => `${name} ${value.toLocaleString('en-US')}`)
    return `  ${profile}: ${values.join(', ')}`
  })
  return [
    `${id}: ${title}`,
    `Question: ${question}`,
    `Method: ${does}`,
    'Settings:',
    ...settings,
    'Variants:',
    ...variants.map(({ name, about }) => `  ${name}: ${about}`),
    'Checks:',
    ...[...checks].map(([name, claim]) => `  ${name}: ${claim}`),
    ...[...thresholds].map(text => `  threshold ${text}`),
    `Measures: ${columns.join(', ')}`,
  ].join('\n')
}

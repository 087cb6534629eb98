// `lab list`: the experiments with what they ask; one of them with what it does, measures and checks.
import type { Command } from 'commander'
import type { Experiment } from '#engine/experiment/define.ts'
import { PROFILES } from '#engine/experiment/profile.ts'
import { experiments } from '../../session/registry.ts'
import { draw } from '../../report/terminal/table.ts'
import { unknownName } from '../usage.ts'

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('list the experiments, or say what one asks, does and checks')
    .argument('[experiment]', 'one of them')
    .addHelpText('after', '\nExample: npm run lab -- list sync-rest/baseline-latency')
    .action((name?: string) => {
      if (name === undefined) {
        const rows = Object.entries(experiments).map(([id, { question }]) => [id, question])
        console.log(draw(['experiment', 'asks'], rows, [0, 1]))
        return
      }
      const experiment = experiments[name]
      if (!experiment) throw unknownName('experiment', name, Object.keys(experiments))
      console.log(describe(name, experiment))
    })
}

/** Names, claims and settings are read from the experiment itself, so they cannot differ from what is run. */
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
    `Asks: ${question}`,
    `Does: ${does}`,
    'With:',
    ...settings,
    'Variants:',
    ...variants.map(({ name, about }) => `  ${name}: ${about}`),
    'Checks:',
    ...[...checks].map(([name, claim]) => `  ${name}: ${claim}`),
    ...[...thresholds].map(text => `  threshold ${text}`),
    `Shows: ${columns.join(', ')}`,
  ].join('\n')
}

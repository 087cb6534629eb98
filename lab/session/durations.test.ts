import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { MOST_SECONDS } from '../cli/commands/capacity.ts'
import { DEFAULTS, plan, PUBLISHED, selected } from '../comparison/plan.ts'
import { scenarios } from '../comparison/scenarios.ts'
import { summaryOf } from '../publish/output-paths.ts'
import { aboutText, expectedSeconds } from './expected-time.ts'
import { DURATIONS } from './durations.ts'
import { models } from './registry.ts'
import { parseSummary, ROOT } from './run-folder.ts'

const published = (file: string) => parseSummary(readFileSync(join(ROOT, file), 'utf8'), file)
const runs = models.map(({ name }) => published(summaryOf(name)))
const longest = Math.max(...runs.flatMap(({ results }) => results.map(result => result.seconds)))

/** Of a comparison: the seconds that its cells are expected to take. */
function planned(profile: 'full' | 'quick', names?: readonly string[], defaults = DEFAULTS[profile]): string {
  const cells = plan({ ...selected(names ? { scenarios: names } : {}), ...defaults, externalBrokers: [] })
  return aboutText(cells.reduce((sum, { experiment }) => sum + expectedSeconds(experiment, profile), 0))
}

const all = scenarios.map(({ name }) => name)

const SOURCES: Record<keyof typeof DURATIONS, string> = {
  start: aboutText(runs[0]?.seconds ?? assert.fail()),
  run: `less than ${Math.ceil(longest / 60)} min each`,
  compare: planned('full'),
  compareQuick: planned('quick'),
  comparePublished: planned('full', all, PUBLISHED),
  untilKnown: planned('full', ['until-known']),
  brokerFull: planned('full', ['broker-full']),
  newReader: planned('full', ['new-reader']),
  fanOut: planned('full', ['fan-out']),
  retried: planned('full', ['retried']),
  slowKitchen: planned('full', ['slow-kitchen']),
  retryStorm: planned('full', ['retry-storm']),
  payloads: planned('full', ['payloads']),
  asShipped: planned(
    'full',
    all.filter(name => name.endsWith('as-shipped')),
  ),
  capacity: `at most ${MOST_SECONDS / 60} min a model`,
}

test('each duration that help and pages tell is that of the published results, or of what is planned', () => {
  assert.equal(new Set(runs.map(({ run }) => run)).size, 1, 'one run measured all experiments')
  assert.deepEqual(DURATIONS, SOURCES)
})

test('the page of commands says each of them', () => {
  const page = readFileSync(join(ROOT, 'docs/commands.md'), 'utf8')
  for (const duration of Object.values(DURATIONS)) assert.ok(page.includes(duration), duration)
})

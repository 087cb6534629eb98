import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sourceExperiment } from '../comparison/plan.ts'
import { COMPARISON } from '../publish/comparison.ts'
import { summaryOf } from '../publish/output-paths.ts'
import { aboutText, exactText, expectedSeconds, secondsLeft } from './expected-time.ts'
import { models } from './registry.ts'
import { parseSummary, ROOT } from './run-folder.ts'

const published = (file: string) => parseSummary(readFileSync(join(ROOT, file), 'utf8'), file)

test('all published results together took about as long as is expected of them, and none three times as long', () => {
  const summaries = [...models.map(({ name }) => summaryOf(name)), join(COMPARISON, 'summary.json')].map(published)
  const pairs = summaries.flatMap(({ results, profile }) =>
    results.map(result => ({
      id: `${result.model}/${result.experiment}`,
      took: result.seconds,
      expected: expectedSeconds(sourceExperiment(result) ?? assert.fail(result.experiment), profile),
    })),
  )
  for (const { id, took, expected } of pairs)
    assert.ok(took > expected / 3 && took < expected * 3, `${id}: ${took} s, expected ${expected} s`)
  const sum = (values: number[]) => values.reduce((all, each) => all + each, 0)
  const ratio = sum(pairs.map(({ took }) => took)) / sum(pairs.map(({ expected }) => expected))
  assert.ok(ratio > 0.8 && ratio < 1.25, `${ratio}`)
})

test('what is left follows the plan, and later how long parts took beside their plan', () => {
  const nothing = { expected: 0, actual: 0 }
  assert.equal(secondsLeft(nothing, { expected: 30, actual: 10 }, 100), 120)
  assert.equal(secondsLeft({ expected: 20, actual: 40 }, { expected: 30, actual: 10 }, 100), 250)
  assert.equal(secondsLeft(nothing, { expected: 30, actual: 90 }, 100), 100, 'a part that takes longer owes nothing')
})

test('a length that is expected is round, one that was measured is exact', () => {
  const told = [3, 44, 400, 1_519, 7_500, 15_000].map(aboutText)
  assert.deepEqual(
    told,
    ['10 s', '40 s', '7 min', '25 min', '2 hours', '4 hours'].map(text => `about ${text}`),
  )
  assert.deepEqual([12.7, 125].map(exactText), ['12 s', '2 min 5 s'])
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { GENERATOR_BOUND, LAB_PAUSED } from '#engine/analysis/measures.ts'
import { emptyHistory } from '#engine/run/history.ts'
import type { Result } from '#engine/run/summary.ts'
import { sourceExperiment } from '../comparison/plan.ts'
import { narrativeOf } from '../comparison/narrative.ts'
import { configurationsOf } from '../comparison/repeated-measures.ts'
import { COMPARISON } from '../publish/comparison.ts'
import { summaryOf } from '../publish/output-paths.ts'
import { models } from './registry.ts'
import { parseSummary, ROOT } from './run-folder.ts'

const committed = [...models.map(({ name }) => summaryOf(name)), join(COMPARISON, 'summary.json')].flatMap(
  file => parseSummary(readFileSync(join(ROOT, file), 'utf8'), file).results,
)

/** As the summary of a run has it whose generator was late from its first order to its last, or whose lab was paused. */
const withoutValues = (result: Result, note: string): Result => ({
  ...result,
  measures: result.measures.map(({ variant, name, unit }) => ({
    variant,
    name,
    unit,
    value: null,
    note,
  })),
})

function sentencesOf(result: Result): string[] {
  const experiment = sourceExperiment(result) ?? assert.fail(result.experiment)
  const variants = experiment.variants(result.settings)
  return experiment.explain(
    variants.map(variant => ({
      variant,
      history: emptyHistory({}),
      measures: result.measures.filter(measure => measure.variant === variant.name),
      checks: [],
    })),
  )
}

test('no experiment and no scenario says a number, or that it is unknown, of measures that are void', () => {
  let said = 0
  for (const result of committed) {
    const name = `${result.model}/${result.experiment}`
    said += sentencesOf(result).length
    for (const note of [GENERATOR_BOUND, LAB_PAUSED]) {
      const voided = withoutValues(result, note)
      for (const text of sentencesOf(voided)) assert.doesNotMatch(text, /\d|unknown|undefined/, name)
      const configurations = configurationsOf([voided], [result.model])
      assert.deepEqual(result.cell ? narrativeOf(configurations) : [], outagesOf(result), name)
    }
  }
  assert.ok(said > committed.length)
})

/** How long a process was dead is no measure of the load. */
const outagesOf = (result: Result): string[] =>
  result.cell ? narrativeOf(configurationsOf([{ ...result, measures: [] }], [result.model])) : []

// What is published can be judged again by whoever reads it: each number and each verdict comes from the histories beside it.
import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { judgedAgain } from '../cli/commands/judge.ts'
import { experiments, models } from '../session/registry.ts'
import { findRun, ROOT } from '../session/run-folder.ts'
import { COMPARISON } from './comparison.ts'
import { summaryOf } from './output-paths.ts'

const published = models
  .filter(({ name }) => Object.keys(experiments).some(id => id.startsWith(`${name}/`)))
  .map(({ name }) => dirname(summaryOf(name)))

for (const folder of [COMPARISON, ...published])
  test(`the histories in ${folder} give every number and every verdict that is published there`, async () => {
    const { summary, folder: path } = findRun(join(ROOT, folder))
    for (const result of summary.results) {
      const { model, experiment } = result
      const again = await judgedAgain(result, path)
      assert.ok(again, `${model}/${experiment} has no histories`)
      const why = `${model}/${experiment} differs: where a check or a measure has changed on purpose, npm run lab -- judge ${folder} --save, then publish`
      const [found, published] = [JSON.stringify(again.result), JSON.stringify(result)]
      if (found !== published) assert.fail(`${why}\n${firstDifference(found, published)}`)
      assert.deepEqual(again.disputed, [], `both judges agree on ${model}/${experiment}`)
    }
  })

test('a run is judged with the variants that it had, and not at all where the experiment no longer has one of them', async () => {
  const { summary, folder } = findRun(join(ROOT, COMPARISON))
  const [result = assert.fail()] = summary.results.filter(({ variants }) => variants.length > 1)
  const [first = assert.fail()] = result.variants
  const again = await judgedAgain({ ...result, variants: [first] }, folder)
  assert.deepEqual(
    again?.result.variants.map(({ name }) => name),
    [first.name],
  )
  assert.ok(again.result.measures.length > 0)
  assert.equal(await judgedAgain({ ...result, variants: [{ ...first, name: 'of another time' }] }, folder), undefined)
})

/** With some text around it: a result may have a million characters. */
function firstDifference(found: string, published: string): string {
  let at = 0
  while (found[at] === published[at]) at++
  const near = (text: string) => text.slice(Math.max(0, at - 80), at + 80)
  return `found     … ${near(found)} …\npublished … ${near(published)} …`
}

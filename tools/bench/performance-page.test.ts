import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishable, readBenchFile } from './bench-file.ts'
import { performancePage } from './performance-page.ts'
import { ROWS } from './rows.ts'
import { sampleBench } from './testing/sample-bench.ts'

const names = ROWS.map(({ name }) => name)
const page = performancePage(sampleBench(names), ROWS)

test('the page has a line for each figure with medians, spreads, the ratio by pairs and whether the goal is met', () => {
  assert.match(
    page,
    /^\| kafka-replay \| orders completed \[\/s\] \| 700 \(600–800\) \| 1,000 \(1,000–1,000\) \| 0\.70 \(0\.60–0\.80\) \| ≥ 0\.6: met \|$/m,
  )
  assert.match(
    page,
    /^\| {2}\| p50 \[ms\] \| 3\.00 \(2\.00–4\.00\) \| 3\.00 \(3\.00–3\.00\) \| 1\.00 \(0\.67–1\.33\), indistinguishable \| ≤ 2: met \|$/m,
  )
  assert.equal(page.split('\n').filter(line => line.startsWith('| ') && line.includes('p50 [ms]')).length, names.length)
})

test('the page says of each row what is driven, what the reference does and how idle the cores were, and which were used', () => {
  for (const { name, driven, reference } of ROWS) {
    assert.ok(page.includes(`### ${name}\n\n${driven}\n\n- Reference: ${reference}\n`), name)
  }
  assert.match(page, /^- Idle cores: 2 % of their time in the rounds of the lab, 20 % in those of the reference\.$/m)
  assert.match(page, /^- Cores used in the rounds of the lab: main thread of some_service 0\.80\.$/m)
  assert.match(page, /at most 0\.13 cores meanwhile/)
})

test('a quick bench, one without a row and one with a row that was not measured are not published', () => {
  const whole = sampleBench(names)
  assert.deepEqual(publishable(whole, names), whole)
  assert.throws(() => publishable({ ...whole, quick: true }, names), /quick bench/)
  assert.throws(() => publishable(sampleBench(names.slice(1)), names), /it lacks rest-saturation\./)
  const [first, ...rest] = whole.rows
  assert.ok(first)
  const rows = [{ ...first, figures: [], notMeasured: 'Java is missing: install it.' }, ...rest]
  assert.throws(() => publishable({ ...whole, rows }, names), /rest-saturation was not measured \(Java is missing/)
})

test('a file that is no bench is refused with its name', () => {
  assert.throws(
    () => readBenchFile('{"rows": 1}', 'some.json'),
    /^UsageError: some\.json is no result of npm run bench/,
  )
  assert.throws(() => readBenchFile('{', 'some.json'), /^UsageError: some\.json is no result of npm run bench/)
})

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { experiments, models } from '../session/registry.ts'
import { emptyHistory } from '#engine/run/history.ts'
import { writeHistory } from '#engine/run/history-file.ts'
import { historyFile } from '#engine/run/result.ts'
import { sampleResult, sampleSummary } from '../testing/sample-result.ts'
import { sampleComparison } from '../testing/sample-comparison.ts'
import { ROOT } from '../session/run-folder.ts'
import { compactJson, excerpt, comparisonSource, sourcesOf } from './sources.ts'
import { betweenMarkers, renderedFrom } from './rendered.ts'

const metrics = (orders: number) => ({
  failureRate: 0.1,
  orders,
  ordersPerMinute: { '2026-01-02T03:04': orders },
  outcomes: { failed: 1, reserved: orders - 1 },
})

test('the committed pages and pictures are those rendered from the committed JSON', () => {
  const names = models.map(({ name }) => name).filter(name => Object.keys(experiments).some(id => id.startsWith(name)))
  for (const [path, content] of renderedFrom(ROOT, names)) {
    const message = `${path} differs from its sources: run npm run lab -- publish`
    assert.ok(Buffer.from(content).equals(readFileSync(join(ROOT, path))), message)
  }
})

test('a run becomes pages, pictures and metrics, and its table stands between the markers of a page', async t => {
  const root = mkdtempSync(join(tmpdir(), 'lab-publish-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const replay = { ...sampleResult, experiment: 'replay', title: 'Replay', variants: sampleResult.variants.slice(0, 1) }
  const step = { doneNs: 5e9, action: 'read', target: 'analytics_consumer' }
  const history = {
    ...emptyHistory({}),
    polls: [],
    plannedStarts: 0,
    originUnixMs: 0,
    originNs: 1e9,
    executedSteps: [
      { ...step, atNs: 2e9, result: metrics(10) },
      { ...step, atNs: 3e9, result: { partitions: [] } },
      { ...step, atNs: 4e9, result: metrics(12) },
    ],
  }
  mkdirSync(join(root, 'run/streaming-kafka/replay'), { recursive: true })
  await writeHistory(historyFile(join(root, 'run/streaming-kafka/replay'), 'throttled'), history)
  write('docs/results.md', 'before\n<!-- results -->old<!-- /results -->\nafter\n')
  write('README.md', '<!-- sample -->old<!-- /sample -->\n')
  for (const [path, text] of await sourcesOf(sampleSummary([sampleResult, replay]), join(root, 'run')))
    write(path, text)

  const files = renderedFrom(root, ['streaming-kafka'])
  assert.deepEqual([...files.keys()].sort(), [
    'README.md',
    'docs/results.md',
    'streaming-kafka/analytics_consumer/metrics.json',
    'streaming-kafka/test-results-screenshot/consumer-lag.png',
    'streaming-kafka/test-results-screenshot/consumer-lag.svg',
    'streaming-kafka/test-results-screenshot/replay.png',
    'streaming-kafka/test-results-screenshot/replay.svg',
    'streaming-kafka/tests/results/README.md',
  ])
  assert.deepEqual(JSON.parse(String(files.get('streaming-kafka/analytics_consumer/metrics.json'))), metrics(12))
  assert.match(
    String(files.get('docs/results.md')),
    /^before\n<!-- results -->\n\n\| experiment \|[^]+\(\.\.\/streaming-kafka\/tests\/results\/README\.md#replay\)[^]+<!-- \/results -->\nafter\n$/,
  )
  assert.match(String(files.get('README.md')), /│ streaming-kafka\/consumer-lag │/)
  assert.deepEqual(renderedFrom(root, ['streaming-kafka']), files)
})

test('an excerpt keeps lines about services, the first and last of each kind, and orders that came twice, and counts the rest', () => {
  const line = (second: number, rest: object) =>
    JSON.stringify({
      level: 'info',
      time: `2026-01-02T03:04:${String(second).padStart(2, '0')}Z`,
      service: 'a/b',
      ...rest,
    })
  const decided = Array.from({ length: 20 }, (_, index) =>
    line(index + 1, { event: 'decided', orderId: `order-${index}`, isNew: true }),
  )
  const again = line(40, { event: 'decided', orderId: 'order-9', isNew: false })
  const text = excerpt([
    [...decided, again].join('\n'),
    line(0, { event: 'broker', address: 'amqp://lab:secret@127.0.0.1:5/lab' }),
  ])
  const lines = text.trim().split('\n')
  assert.match(lines[0] ?? '', /amqp:\/\/lab:\*\*\*@127\.0\.0\.1:5\/lab/)
  const orders = lines.flatMap(each => /"orderId":"order-(\d+)"/.exec(each)?.[1] ?? [])
  assert.deepEqual(orders, ['0', '1', '2', '3', '9', '16', '17', '18', '19', '9'])
  assert.equal(lines.at(-1), '# left out: 11 of 20 lines "a/b decided"')
})

test('compact JSON has one line for each point of a curve, and loses no number', () => {
  const value = {
    points: [
      [0.25, 10],
      [-1.5e-7, 4_000],
    ],
    name: 'x',
    orders: Array.from({ length: 20 }, (_, index) => [index, 1.5, null, 0]),
  }
  assert.match(compactJson(value), /^ {4}\[0\.25, 10\],$/m)
  assert.match(compactJson(value), /^ {4}\[0, 1\.5, null, 0\], (\[\d, 1\.5, null, 0\],? ?){7}$/m)
  assert.deepEqual(JSON.parse(compactJson(value)), value)
})

test('only the text between the markers changes', () => {
  assert.equal(
    betweenMarkers('a<!-- results -->b<!-- /results -->c', 'results', 'X'),
    'a<!-- results -->\n\nX\n\n<!-- /results -->c',
  )
  assert.equal(betweenMarkers('no markers', 'results', 'X'), 'no markers')
})

test('a comparison becomes a page with its pictures, and the findings of the README', async t => {
  const root = mkdtempSync(join(tmpdir(), 'lab-publish-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const summary = sampleComparison()
  for (const [path, text] of await comparisonSource(summary, root)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  writeFileSync(join(root, 'README.md'), '<!-- findings --><!-- /findings -->\n')
  const files = renderedFrom(root, [])
  const page = String(files.get('docs/comparison/README.md'))
  for (const { name, title, without } of summary.comparison?.about ?? []) {
    assert.ok(page.includes(title), title)
    assert.match(page, new RegExp(`^!\\[.*\\]\\(${name}\\.svg\\)$`, 'm'))
    for (const kind of ['svg', 'png']) assert.ok(files.has(`docs/comparison/${name}.${kind}`), `${name}.${kind}`)
    for (const why of Object.values(without)) assert.ok(page.includes(why), why)
  }
  assert.doesNotMatch(page, /undefined|NaN/)
  assert.match(String(files.get('README.md')), /- \*\*.+docs\/comparison\/README\.md#scenario-inventory-dead/)
  assert.deepEqual(renderedFrom(root, []), files)
})

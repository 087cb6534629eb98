// For tests: an experiment over one made service, that really runs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { defineCheck, valid } from '../checks/check.ts'
import { defineExperiment, type Variant } from '../experiment/define.ts'
import { model as sampleModel } from './sample-runtime.ts'
import type { Model } from '../experiment/model.ts'
import { openProcesses } from '#runtimes/processes/processes.ts'
import { runExperiment } from '../run/run-experiment.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** One service in place of all: it takes every order, holds no evidence, and dies at its start when it is set to. */
const SERVICE = `
import { createServer } from 'node:http'
import { readClock } from ${JSON.stringify(join(ROOT, 'common/contracts/clock.ts'))}
const { PORT, TROUBLE, STATUS } = process.env
if (TROUBLE) {
  process.stderr.write(TROUBLE + '\\n')
  process.exit(2)
}
createServer(({ method, url }, response) => {
  const answer = { '/health': {}, '/clock': readClock() }[url] ?? { rows: [], next: null, onTheirWay: 0 }
  if (url === '/faults') response.writeHead(500)
  if (method === 'POST') response.writeHead(Number(STATUS ?? 202))
  response.end(JSON.stringify(answer))
}).listen(Number(PORT), '127.0.0.1')
`

export const asked = defineCheck('requested', 'orders were requested', ({ attempts }) =>
  valid(`${attempts.length} attempts`),
)
export const variant = (name: string, own: Partial<Variant> = {}): Variant => ({
  name,
  about: name,
  load: { orders: 20, ordersPerSecond: 200, deadlineMs: 1_000 },
  quiescenceMs: 1_000,
  checks: [asked],
  ...own,
})

type Also = { signal?: AbortSignal; begins?: number }

export async function runSample(
  t: TestContext,
  variants: Variant[],
  { signal = new AbortController().signal, begins = 0 }: Also = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'run-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'all'))
  writeFileSync(join(folder, 'all', 'main.ts'), SERVICE)
  let removed = 0
  const lines: string[] = []
  const model: Model = {
    ...sampleModel,
    name: relative(ROOT, folder),
    remove: async () => void removed++,
  }
  const experiment = defineExperiment({
    model,
    title: 'Made',
    question: 'Does it end?',
    does: 'Little.',
    profiles: { quick: {}, full: {} },
    variants: () => variants,
    begins,
    columns: [],
    compare: () => [{ name: 'compared', verdict: 'valid', detail: 'both' }],
    explain: results => [`${results.length} variants`],
  })
  const result = await runExperiment({
    name: 'sample',
    experiment,
    profile: 'quick',
    open: openProcesses({ broker: {}, dataFolder: join(folder, 'data') }),
    lasting: {},
    runId: `sample-${process.pid}`,
    seed: 1,
    folder: join(folder, 'run'),
    onProgress: line => lines.push(line),
    signal,
  })
  return { result, removed: () => removed, folder: join(folder, 'run'), lines }
}

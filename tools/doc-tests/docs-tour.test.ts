// Types the pages of docs/tour into a shell, in a copy of the checkout. Two things differ from what a reader does: the
// ports, in the pages and in the copied code; and the broker, which is the one that all tests share.
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { leasePorts } from '#host/ports.ts'
import { testBroker } from '#infra/testing/test-broker.ts'
import { models } from '../../lab/session/registry.ts'
import { readTour } from './tour.ts'
import { copyCheckout, typeTour } from './type-tour.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const TOURS = join(ROOT, 'docs/tour')
const STEP_MS = 120_000
const PARTS = [
  'package.json',
  'common',
  'engine',
  'host',
  'infra',
  'runtimes',
  'lab',
  ...models.map(({ name }) => name),
]

for (const page of readdirSync(TOURS))
  test(`the commands of docs/tour/${page} print what the page shows`, async t => {
    const { folder, copy } = copyCheckout(t, PARTS)
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    const usual = models.flatMap(({ services }) => services.map(({ port }) => port))
    const lease = await leasePorts(usual.length)
    t.after(() => lease.release())
    const withPorts = (text: string) =>
      usual.reduce((now, port, nth) => now.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), String(lease.ports[nth])), text)
    for (const { name } of models) rewriteFiles(join(copy, name), withPorts)

    await typeTour({
      steps: readTour(withPorts(readFileSync(join(TOURS, page), 'utf8'))),
      cwd: copy,
      env: {
        ...process.env,
        NO_COLOR: '1',
        LAB_CACHE_DIR: join(folder, 'cache'),
        LAB_RABBITMQ_URL: testBroker('rabbitmq'),
      },
      folder,
      deadlineMs: STEP_MS,
      log: line => t.diagnostic(line),
    })
  })

function rewriteFiles(folder: string, change: (text: string) => string): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.ts')) writeFileSync(join(folder, path), change(readFileSync(join(folder, path), 'utf8')))
}

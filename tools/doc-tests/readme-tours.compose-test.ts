// The tour of each model's README, typed into a shell in a copy of the checkout, under a project name and on ports of
// its own. What it changes of what a reader types: the ports; and Inventory's minute is ten seconds long (60 becomes 10,
// in the commands and in what they print).
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { armDeadManSwitch } from '#host/dead-man-switch.ts'
import { leasePorts } from '#host/ports.ts'
import { findCommand } from '#infra/brokers/machine-tools.ts'
import { findCompose } from '#runtimes/compose/find-compose.ts'
import { REMOVE_PROJECT, removeProject } from '#runtimes/compose/project.ts'
import { models } from '../../lab/session/registry.ts'
import { readTour, type Step } from './tour.ts'
import { typeTour } from './type-tour.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const STEP_MS = 240_000
/** What a stack is made of. */
const PARTS = [
  '.dockerignore',
  'package.json',
  'package-lock.json',
  'common',
  'engine',
  'infra',
  ...models.map(({ name }) => name),
]
/** What somebody has set, or his own stack has written, in the checkout. */
const HIS = /\/(\.env|metrics\/[^/]+\.json)$/

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-tour-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const part of PARTS)
    cpSync(join(ROOT, part), join(folder, 'copy', part), { recursive: true, filter: path => !HIS.test(path) })
  mkdirSync(join(folder, 'printed'))
  return folder
}

/** A PATH on which `docker-compose`, as the READMEs say it, is the compose of this machine, or that of LAB_COMPOSE. */
async function pathWithCompose(folder: string): Promise<string> {
  const { command, args } = await findCompose(process.env)
  const file = join(folder, 'bin', 'docker-compose')
  mkdirSync(join(folder, 'bin'))
  const words = [findCommand(command, process.env) ?? command, ...args]
  writeFileSync(file, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 })
  return `${join(folder, 'bin')}:${process.env.PATH}`
}

/** Free ports in place of those of the compose file. */
async function leaseInstead(t: TestContext, composeFile: string) {
  const variables = [...composeFile.matchAll(/\$\{(\w+_PORT):-(\d+)\}/g)]
  const usual = new Map(variables.map(([, name = '', port = '']) => [name, port]))
  const lease = await leasePorts(usual.size)
  t.after(() => lease.release())
  const ports = new Map([...usual.keys()].map((name, index) => [name, String(lease.ports[index])]))
  const elsewhere = (text: string) =>
    [...usual].reduce((now, [name, port]) => now.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${ports.get(name)}`), text)
  return { environment: Object.fromEntries(ports), elsewhere }
}

const sooner = (text: string): string => text.replaceAll(/\b60\b/g, '10')

for (const { name: model } of models)
  test(`${model}: what its README tells to type prints what it shows`, async t => {
    const project = `lab-tour-${process.pid}-${model}`
    const will = armDeadManSwitch({
      command: 'sh',
      args: ['-c', `${REMOVE_PROJECT}\nsleep 5\n${REMOVE_PROJECT}`, project],
    })
    t.after(async () => {
      await removeProject(project)
      await will.cancel()
    })
    const folder = makeFolder(t)
    const here = join(folder, 'copy', model)
    const read = (file: string) => readFileSync(join(here, file), 'utf8')
    const { environment, elsewhere } = await leaseInstead(t, read('docker-compose.yml'))
    const changed = (text: string) => sooner(elsewhere(text))
    const steps: Step[] = readTour(read('README.md')).map(({ commands, shown }) => ({
      commands: changed(commands),
      shown: shown && changed(shown),
    }))
    assert.ok(steps.some(({ commands }) => commands.includes('$(seq 10)')))

    const PATH = await pathWithCompose(folder)
    await typeTour({
      steps,
      cwd: here,
      env: { ...process.env, COMPOSE_FILE: undefined, ...environment, PATH, COMPOSE_PROJECT_NAME: project },
      folder: join(folder, 'printed'),
      deadlineMs: STEP_MS,
      onStep: (commands, tookMs) => t.diagnostic(`${(tookMs / 1_000).toFixed(1)} s: ${commands.split('\n')[0]}`),
    })
  })

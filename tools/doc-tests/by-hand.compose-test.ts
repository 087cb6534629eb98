// Types the tour of each page in docs/by-hand into a shell, in a copy of the checkout, under a project name and on ports
// of its own. Two things differ from what a reader types: the ports, and the length of Inventory's outage (60 becomes 10,
// in the commands and in their output).
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { armDeadManSwitch } from '#host/dead-man-switch.ts'
import { leasePorts } from '#host/ports.ts'
import { findCommand } from '#infra/brokers/machine-tools.ts'
import { findCompose, REMOVE_PROJECT, removeProject } from '#runtimes/compose/project.ts'
import { models } from '../../lab/session/registry.ts'
import { readTour } from './tour.ts'
import { copyCheckout, typeTour } from './type-tour.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const STEP_MS = 240_000
/** What compose builds and mounts. */
const PARTS = [
  '.dockerignore',
  'package.json',
  'package-lock.json',
  'common',
  'engine',
  'infra',
  ...models.map(({ name }) => name),
]

/** A PATH on which `docker-compose`, as the pages type it, is this machine's compose, or the one that LAB_COMPOSE names. */
async function pathWithCompose(folder: string): Promise<string> {
  const { command, args } = await findCompose(process.env)
  const file = join(folder, 'bin', 'docker-compose')
  mkdirSync(join(folder, 'bin'))
  const words = [findCommand(command, process.env) ?? command, ...args]
  writeFileSync(file, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`, { mode: 0o755 })
  return `${join(folder, 'bin')}:${process.env.PATH}`
}

/** Replaces the ports of the compose file by free ones. */
async function leaseOtherPorts(t: TestContext, composeFile: string) {
  const variables = [...composeFile.matchAll(/\$\{(\w+_PORT):-(\d+)\}/g)]
  const usual = new Map(variables.map(([, name = '', port = '']) => [name, port]))
  const lease = await leasePorts(usual.size)
  t.after(() => lease.release())
  const ports = new Map([...usual.keys()].map((name, index) => [name, String(lease.ports[index])]))
  const withPorts = (text: string) =>
    [...usual].reduce((now, [name, port]) => now.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${ports.get(name)}`), text)
  return { environment: Object.fromEntries(ports), withPorts }
}

const withShortOutage = (text: string): string => text.replaceAll(/\b60\b/g, '10')

for (const { name: model } of models)
  test(`the commands of docs/by-hand/${model}.md print what the page shows`, async t => {
    const project = `lab-tour-${process.pid}-${model}`
    const deadManSwitch = armDeadManSwitch({
      command: 'sh',
      args: ['-c', `${REMOVE_PROJECT}\nsleep 5\n${REMOVE_PROJECT}`, project],
    })
    t.after(async () => {
      await removeProject(project)
      await deadManSwitch.cancel()
    })
    const { folder, copy } = copyCheckout(t, PARTS)
    const cwd = join(copy, model)
    const composeFile = readFileSync(join(cwd, 'docker-compose.yml'), 'utf8')
    const { environment, withPorts } = await leaseOtherPorts(t, composeFile)
    const page = readFileSync(join(ROOT, 'docs/by-hand', `${model}.md`), 'utf8')
    const steps = readTour(withShortOutage(withPorts(page)))
    assert.ok(steps.some(({ commands }) => commands.includes('$(seq 10)')))

    const PATH = await pathWithCompose(folder)
    await typeTour({
      steps,
      cwd,
      env: { ...process.env, COMPOSE_FILE: undefined, ...environment, PATH, COMPOSE_PROJECT_NAME: project },
      folder,
      deadlineMs: STEP_MS,
      log: line => t.diagnostic(line),
    })
  })

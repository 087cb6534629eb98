// `lab doctor`: the requirements of the lab, one line each: whether they are met, from which source, and how to fix it. Fetches
// and starts nothing.
import type { Command } from 'commander'
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { styleText } from 'node:util'
import { cacheFolder } from '#host/folders.ts'
import { findCommand, findJava } from '#infra/brokers/machine-tools.ts'
import { surveyBrokers } from '#infra/brokers/provide.ts'
import { findCompose } from '#runtimes/compose/find-compose.ts'
import { COULD_NOT_RUN } from '../command-line.ts'
import { models } from '../../session/registry.ts'
import { describeMachine } from '../../session/run-facts.ts'
import { isFree } from '#host/ports.ts'

/** `missing` fails the command; `hint` is a requirement of some commands only. */
type Finding = { state: 'there' | 'hint' | 'missing'; what: string; detail: string }

const SIGNS = { there: '✔', hint: '!', missing: '✘' } as const
const COLOURS = { there: 'green', hint: 'yellow', missing: 'red' } as const
const OLDEST_NODE = 24

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check the requirements of the lab, and say how to fix what is missing')
    .addHelpText('after', '\nExample: npm run lab -- doctor')
    .action(async () => {
      const findings = [
        machine(),
        node(),
        await java(),
        maven(),
        cache(),
        ...(await brokers()),
        await containers(),
        ...(await ports()),
      ]
      for (const { state, what, detail } of findings) {
        console.log(`${styleText(COLOURS[state], SIGNS[state])} ${what}: ${detail}`)
      }
      if (findings.some(({ state }) => state === 'missing')) process.exitCode = COULD_NOT_RUN
    })
}

function machine(): Finding {
  const { system, cores, memoryGb } = describeMachine()
  const detail = `${system}, ${cores} cores, ${memoryGb} GB`
  if (cores >= 2) return { state: 'there', what: 'machine', detail }
  return { state: 'hint', what: 'machine', detail: `${detail}; with fewer than two cores, latencies are often void` }
}

function node(): Finding {
  const fits = Number.parseInt(process.version.slice(1), 10) >= OLDEST_NODE
  const detail = fits ? process.version : `${process.version} is too old: start with npm, which uses the pinned version`
  return { state: fits ? 'there' : 'missing', what: 'node', detail }
}

/** Only a private Kafka needs it; the line about Kafka says whether there is another source. */
async function java(): Promise<Finding> {
  try {
    const { command, version } = await findJava(process.env)
    return { state: 'there', what: 'java', detail: `${version} (${command})` }
  } catch (error) {
    return { state: 'hint', what: 'java', detail: error instanceof Error ? error.message : String(error) }
  }
}

function maven(): Finding {
  const command = findCommand('mvn', process.env)
  if (command) return { state: 'there', what: 'mvn', detail: command }
  return {
    state: 'hint',
    what: 'mvn',
    detail: 'missing; needed once, to fetch Kafka (Debian: apt-get install maven)',
  }
}

function cache(): Finding {
  const folder = cacheFolder()
  const known = existsSync(folder)
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return { state: 'there', what: 'cache', detail: `${folder}${known ? '' : ' (created now)'}` }
  } catch {
    const detail = `${folder} is not writable; set LAB_CACHE_DIR to a writable folder`
    return { state: 'missing', what: 'cache', detail }
  }
}

async function brokers(): Promise<Finding[]> {
  const surveys = await surveyBrokers(process.env)
  return surveys.map(({ kind, source, detail }) => ({
    state: source ? 'there' : 'missing',
    what: kind,
    detail: source ? `from ${source}${source === process.env.LAB_BROKERS ? ' (LAB_BROKERS)' : ''}: ${detail}` : detail,
  }))
}

/** Only `--runtime compose` needs them. */
async function containers(): Promise<Finding> {
  try {
    const { command, args, version, engine } = await findCompose(process.env)
    const detail = `${[command, ...args].join(' ')} ${version}, by Docker ${engine}`
    return { state: 'there', what: 'containers', detail }
  } catch (error) {
    return { state: 'hint', what: 'containers', detail: error instanceof Error ? error.message : String(error) }
  }
}

async function ports(): Promise<Finding[]> {
  return Promise.all(
    models.map(async ({ name, services }): Promise<Finding> => {
      const free = await Promise.all(services.map(({ port }) => isFree(port)))
      const taken = services.filter((_, index) => !free[index]).map(({ port }) => port)
      const what = `ports of ${name}`
      if (taken.length === 0) return { state: 'there', what, detail: services.map(({ port }) => port).join(', ') }
      const detail = `${taken.join(', ')} in use; only lab up needs them`
      return { state: 'hint', what, detail }
    }),
  )
}

// `lab doctor`: the requirements of the lab, one line each: whether they are met, from which source, and how to fix it. Fetches
// and starts nothing.
import type { Command } from 'commander'
import { accessSync, constants, existsSync } from 'node:fs'
import { styleText } from 'node:util'
import { makeFolder } from '#common/contracts/make-folder.ts'
import { cacheFolder } from '#host/folders.ts'
import { findCommand, findJava } from '#infra/brokers/machine-tools.ts'
import { surveyBrokers } from '#infra/brokers/provide.ts'
import { findCompose } from '#runtimes/compose/project.ts'
import { COULD_NOT_RUN } from '../command-line.ts'
import { print } from '../../report/terminal/screen.ts'
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
        print(`${styleText(COLOURS[state], SIGNS[state])} ${what}: ${detail}`)
      }
      if (findings.some(({ state }) => state === 'missing')) process.exitCode = COULD_NOT_RUN
    })
}

const there = (what: string, detail: string): Finding => ({ state: 'there', what, detail })
const hint = (what: string, detail: string): Finding => ({ state: 'hint', what, detail })
const missing = (what: string, detail: string): Finding => ({ state: 'missing', what, detail })

function machine(): Finding {
  const { system, cores, memoryGb } = describeMachine()
  const detail = `${system}, ${cores} cores, ${memoryGb} GB`
  if (cores >= 2) return there('machine', detail)
  return hint('machine', `${detail}; with fewer than two cores, latencies are often void`)
}

function node(): Finding {
  const { version } = process
  if (Number.parseInt(version.slice(1), 10) >= OLDEST_NODE) return there('node', version)
  return missing('node', `${version} is too old: start with npm, which uses the pinned version`)
}

/** Only a private Kafka needs it; the line about Kafka says whether there is another source. */
const java = (): Promise<Finding> =>
  needed('java', async () => {
    const { command, version } = await findJava(process.env)
    return `${version} (${command})`
  })

/** Only `--runtime compose` needs them. */
const containers = (): Promise<Finding> =>
  needed('containers', async () => {
    const { command, args, version, engine } = await findCompose(process.env)
    return `${[command, ...args].join(' ')} ${version}, by Docker ${engine}`
  })

/** A requirement of some commands only. @param find throws an Error that says how to fix it */
async function needed(what: string, find: () => Promise<string>): Promise<Finding> {
  try {
    return there(what, await find())
  } catch (error) {
    return hint(what, error instanceof Error ? error.message : String(error))
  }
}

function maven(): Finding {
  const command = findCommand('mvn', process.env)
  return command
    ? there('mvn', command)
    : hint('mvn', 'missing; needed once, to fetch Kafka (Debian: apt-get install maven)')
}

function cache(): Finding {
  const folder = cacheFolder()
  const existed = existsSync(folder)
  try {
    makeFolder(folder)
    accessSync(folder, constants.W_OK)
    return there('cache', `${folder}${existed ? '' : ' (created now)'}`)
  } catch {
    return missing('cache', `${folder} is not writable; set LAB_CACHE_DIR to a writable folder`)
  }
}

async function brokers(): Promise<Finding[]> {
  const surveys = await surveyBrokers(process.env)
  return surveys.map(({ kind, source, detail }) =>
    source
      ? there(kind, `from ${source}${source === process.env.LAB_BROKERS ? ' (LAB_BROKERS)' : ''}: ${detail}`)
      : missing(kind, detail),
  )
}

function ports(): Promise<Finding[]> {
  return Promise.all(
    models.map(async ({ name, services }): Promise<Finding> => {
      const all = services.map(({ port }) => port)
      const free = await Promise.all(all.map(isFree))
      const taken = all.filter((_, index) => !free[index])
      const what = `ports of ${name}`
      return taken.length === 0
        ? there(what, all.join(', '))
        : hint(what, `${taken.join(', ')} in use; only lab up needs them`)
    }),
  )
}

// A service that cannot work says why in one sentence, and ends with 2; without LAB_FAULTS it has no faults.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdtemp, open, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Case } from './case.ts'
import { ask, problemIn } from './client.ts'
import { type SingleService, refusal, startSingleService, whenListening } from './single-service.ts'
import type { Environments, TestSystem } from './test-system.ts'

/** Wrong values that every service refuses, by the variable that the sentence must name. */
const WRONG: Record<string, string[]> = {
  PORT: ['http', '65536'],
  LOG_LEVEL: ['loud'],
  LAB_FAULTS: ['yes'],
}

async function refuses(
  stage: TestSystem,
  service: string,
  environment: Record<string, string>,
  why: RegExp,
): Promise<void> {
  const lone = await startSingleService(stage, service, { LAB_FAULTS: 'off', ...environment })
  assert.match(await refusal(stage, service, lone), why)
}

const elsewhere = async (stage: TestSystem) => ({ PORT: '0', DATA_DIR: await mkdtemp(join(stage.folder, 'empty-')) })

/** The store files of a service. A broken one is made of a copy, so that the service itself is spared. */
const storesOf = (stage: TestSystem, service: string): string[] => {
  const folder = stage.dataOf(service)
  return existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.db')) : []
}

/** With the service killed meanwhile, so that two of it never work at once. */
async function inPlaceOf(stage: TestSystem, service: string, work: () => Promise<SingleService>): Promise<void> {
  await stage.runtime.kill(service)
  let lone: SingleService | undefined
  try {
    lone = await work()
  } finally {
    lone?.kill('SIGKILL')
    await lone?.exited
    await stage.runtime.start(service)
  }
}

/** `wrong`: values that services refuse beyond those of all, by service and variable. */
export function startCases(services: readonly string[], wrong: Environments): Case[] {
  return services.flatMap(service => [
    {
      name: `${service} refuses a wrong environment, and names the variable`,
      async run(stage) {
        const own = Object.entries(wrong[service] ?? {}).map(([name, value]) => [name, [value]] as const)
        for (const [name, values] of [...Object.entries(WRONG), ...own])
          for (const value of values) {
            const escaped = value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
            const environment = { ...(await elsewhere(stage)), [name]: value }
            await refuses(stage, service, environment, new RegExp(`: ${name} is "${escaped}"`))
          }
      },
    },
    {
      name: `${service} refuses a fault without LAB_FAULTS=on`,
      async run(stage) {
        const role = stage.model.services.find(({ name }) => name === service)?.role.toUpperCase()
        const variable = `${role}_CRASH_AT`
        const environment = { ...(await elsewhere(stage)), [variable]: 'anywhere' }
        await refuses(stage, service, environment, new RegExp(`: ${variable} is set but faults are off`))
        await refuses(stage, service, { ...environment, LAB_FAULTS: 'on' }, new RegExp(`: ${variable} is "anywhere"`))
      },
    },
    {
      name: `${service} refuses a store that another process holds`,
      run: stage => refuses(stage, service, { PORT: '0' }, /another process holds it/),
    },
    {
      name: `${service} refuses a port that is in use`,
      async run(stage) {
        const server = createServer().listen(0, '127.0.0.1')
        try {
          await once(server, 'listening')
          const address = server.address()
          const taken = typeof address === 'object' && address ? String(address.port) : assert.fail()
          await inPlaceOf(stage, service, async () => {
            const lone = await startSingleService(stage, service, { PORT: taken })
            assert.match(await refusal(stage, service, lone), /its port is in use/)
            return lone
          })
        } finally {
          server.close()
        }
      },
    },
    {
      name: `${service} refuses a store that is damaged`,
      async run(stage) {
        await stage.runtime.kill(service)
        try {
          const stores = storesOf(stage, service)
          assert.ok(stores.length > 0, `${service} has no store in ${stage.dataOf(service)}`)
          for (const damage of [overwriteAll, overwriteBehindHeader])
            for (const name of stores) {
              const folder = await elsewhere(stage)
              for (const file of [name, `${name}-wal`])
                if (existsSync(join(stage.dataOf(service), file)))
                  await copyFile(join(stage.dataOf(service), file), join(folder.DATA_DIR, file))
              await damage(join(folder.DATA_DIR, name))
              await refuses(stage, service, folder, /is damaged/)
            }
        } finally {
          await stage.runtime.start(service)
        }
      },
    },
    {
      name: `${service} has no faults without LAB_FAULTS=on`,
      run: stage =>
        inPlaceOf(stage, service, async () => {
          const lone = await startSingleService(stage, service, { LAB_FAULTS: 'off' })
          const reply = await whenListening(() => ask(`${stage.runtime.url(service)}/faults`), service)
          assert.equal(problemIn(reply).code, 'not-found')
          return lone
        }),
    },
  ])
}

async function overwriteAll(file: string): Promise<void> {
  closeWhole(file)
  await writeFile(file, 'not what SQLite wrote '.repeat(1_000))
}

/** The first page says that it is a database; what it says of the others is noise. */
async function overwriteBehindHeader(file: string): Promise<void> {
  closeWhole(file)
  const handle = await open(file, 'r+')
  try {
    const { size } = await handle.stat()
    await handle.write(Buffer.alloc(size - 100, 0x5a), 0, undefined, 100)
  } finally {
    await handle.close()
  }
}

/** Puts what stands in the log beside it into the file: from the log SQLite would mend the damage. */
function closeWhole(file: string): void {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = DELETE')
  db.close()
}

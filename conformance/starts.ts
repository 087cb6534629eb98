// A service that cannot work says why in one sentence, and ends with 2.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { copyFile, mkdtemp, open, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { refusal, startSingleService } from './single-service.ts'
import type { Case, Environments, TestSystem } from './test-system.ts'

/** Wrong values that every service refuses, by the variable that the sentence must name. */
const WRONG = { PORT: '65536', LOG_LEVEL: 'loud', LAB_FAULTS: 'yes' }

/** `wrong`: values that services refuse beyond those of all, by service and variable. */
export const startCases = (services: readonly string[], wrong: Environments): Case[] =>
  services.flatMap(service => [
    {
      name: `${service} refuses a wrong environment, and names the variable`,
      run: system => refusesWrongValues(system, service, wrong[service] ?? {}),
    },
    {
      name: `${service} refuses a fault without LAB_FAULTS=on`,
      run: system => refusesFaults(system, service),
    },
    {
      name: `${service} refuses a store that another process holds`,
      run: system => refuses(system, service, { PORT: '0' }, /another process holds it/),
    },
    {
      name: `the stores of ${service} can be read by its user alone`,
      async run(system) {
        const stores = storesOf(system, service)
        assert.ok(stores.length > 0, `${service} has no store in ${system.dataOf(service)}`)
        for (const name of stores) {
          const { mode } = statSync(join(system.dataOf(service), name))
          assert.equal(mode & 0o077, 0, `${name} has the mode ${mode.toString(8)}`)
        }
      },
    },
    {
      // In one case, since the service is dead meanwhile: two of it never work at once.
      name: `${service} refuses a port that is in use and a store that is damaged`,
      async run(system) {
        await system.kill(service)
        try {
          await refusesUsedPort(system, service)
          await refusesDamagedStores(system, service)
        } finally {
          await system.start(service)
        }
      },
    },
  ])

/** All at once: what a refusal did not name is wrong in the next start, until each was named. */
async function refusesWrongValues(system: TestSystem, service: string, own: Record<string, string>): Promise<void> {
  let left = Object.entries({ ...WRONG, ...own })
  while (left.length > 0) {
    const environment = { LAB_FAULTS: 'off', ...(await elsewhere(system)), ...Object.fromEntries(left) }
    const sentence = await refusal(system, service, await startSingleService(system, service, environment))
    const unnamed = left.filter(([name, value]) => !sentence.includes(`${name} is "${value}"`))
    assert.ok(unnamed.length < left.length, `of ${JSON.stringify(left)} nothing is named by ${sentence}`)
    left = unnamed
  }
}

async function refusesFaults(system: TestSystem, service: string): Promise<void> {
  const role = system.model.services.find(({ name }) => name === service)?.role.toUpperCase()
  const variable = `${role}_CRASH_AT`
  const environment = { ...(await elsewhere(system)), [variable]: 'anywhere' }
  await refuses(system, service, environment, new RegExp(`: ${variable} is set but faults are off`))
  await refuses(system, service, { ...environment, LAB_FAULTS: 'on' }, new RegExp(`: ${variable} is "anywhere"`))
}

async function refusesUsedPort(system: TestSystem, service: string): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const address = server.address()
    const taken = typeof address === 'object' && address ? String(address.port) : assert.fail()
    await refuses(system, service, { PORT: taken }, /its port is in use/)
  } finally {
    server.close()
  }
}

async function refusesDamagedStores(system: TestSystem, service: string): Promise<void> {
  const stores = storesOf(system, service)
  assert.ok(stores.length > 0, `${service} has no store in ${system.dataOf(service)}`)
  for (const damage of [overwriteAll, overwriteBehindHeader])
    for (const name of stores) {
      const folder = await elsewhere(system)
      for (const file of [name, `${name}-wal`])
        if (existsSync(join(system.dataOf(service), file)))
          await copyFile(join(system.dataOf(service), file), join(folder.DATA_DIR, file))
      await damage(join(folder.DATA_DIR, name))
      await refuses(system, service, folder, /is damaged/)
    }
}

async function refuses(
  system: TestSystem,
  service: string,
  environment: Record<string, string>,
  why: RegExp,
): Promise<void> {
  const single = await startSingleService(system, service, { LAB_FAULTS: 'off', ...environment })
  assert.match(await refusal(system, service, single), why)
}

const elsewhere = async (system: TestSystem) => ({ PORT: '0', DATA_DIR: await mkdtemp(join(system.folder, 'empty-')) })

/** The store files of a service. A broken one is made of a copy, so that the service itself is spared. */
const storesOf = (system: TestSystem, service: string): string[] => {
  const folder = system.dataOf(service)
  return existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.db')) : []
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

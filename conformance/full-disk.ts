// A service without LAB_FAULTS has no faults. One whose disk takes nothing says so in its health, and is healthy again by itself when
// there is room.
// The limit on the size of files stands for the disk: no write of the process succeeds while it is 0.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { anOrder, ask, place, placed, problemIn } from './client.ts'
import { decidedOne } from './order-facts.ts'
import type { Case, TestSystem } from './test-system.ts'

/** Of the running process: soft limits can be raised again. */
const limitFiles = (pid: number, size: '0' | 'unlimited') =>
  execFileSync('prlimit', ['--pid', `${pid}`, `--fsize=${size}:unlimited`])

async function hasNoFaultsAndSurvivesFullDisk(system: TestSystem, service: string): Promise<void> {
  // Its log would be written to the full disk.
  await system.restart(service, { logged: false, environment: { LAB_FAULTS: 'off' } })
  try {
    assert.equal(problemIn(await ask(`${system.url(service)}/faults`)).code, 'not-found')
    await isUnhealthyWithFullDisk(system, service)
  } finally {
    await system.restart(service)
  }
  await decidedOne(system, await placed(system, anOrder()))
}

async function isUnhealthyWithFullDisk(system: TestSystem, service: string): Promise<void> {
  const { pid } = system.processOf(service) ?? assert.fail(`${service} does not run`)
  limitFiles(pid, '0')
  // In some models another service has stored it, and this one finds out behind the answer.
  await place(system, anOrder())
  await system.untilUnhealthy(service, 'store')
  limitFiles(pid, 'unlimited')
  await system.untilHealthy(service)
  assert.equal(system.runtime.deaths(service), 0)
}

export const fullDiskCases = (services: readonly string[]): Case[] =>
  services.map(service => ({
    name: `${service} has no faults without LAB_FAULTS=on, is unhealthy with a full disk, and healthy again when there is room`,
    run: system => hasNoFaultsAndSurvivesFullDisk(system, service),
  }))

// The machine of a run, as results name it.
import { arch, cpus, platform, release, totalmem } from 'node:os'
import type { Summary } from '#engine/run/summary.ts'

export function describeMachine(): Summary['machine'] {
  const processors = cpus()
  return {
    system: `${platform()} ${release()} ${arch()}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
}

export const machineText = ({ cores, cpu, memoryGb, system, node }: Summary['machine']): string =>
  `${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node ${node}`

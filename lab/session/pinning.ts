// The CPUs of the load generator, and those of services and brokers: which are meant, and whether that can be done here.
import { allowedCpus, canPin, type Cpus, readCpus } from '#host/cpus.ts'
import { UsageError } from '../cli/usage.ts'

/** As on the command line: where only one is given, the other has the CPUs that are left. */
export type PinOptions = { generatorCpus?: string; serviceCpus?: string }

/** Undefined where none is asked for. @throws UsageError in one sentence where it cannot be done */
export function pinningOf({ generatorCpus, serviceCpus }: PinOptions, runtime: string): Cpus | undefined {
  if (generatorCpus === undefined && serviceCpus === undefined) return undefined
  if (runtime !== 'processes')
    throw new UsageError(
      '--generator-cpus and --service-cpus are for processes of this machine; leave them out with --runtime compose.',
    )
  if (!canPin()) throw new UsageError('There is no taskset here, which pins processes to CPUs; it is in util-linux.')
  const all = allowedCpus()
  const generator = requireThere(generatorCpus, all)
  const services = requireThere(serviceCpus, all)
  const [lab, children] = [generator ?? without(all, services), services ?? without(all, generator)]
  const shared = lab.find(cpu => children.includes(cpu))
  if (shared !== undefined)
    throw new UsageError(`Generator and services would share CPU ${shared}: give them lists that have none in common.`)
  if (lab.length === 0 || children.length === 0)
    throw new UsageError(`No CPU would be left for the other side: there are only ${all.join(', ')} here.`)
  return { lab: lab.join(), children: children.join() }
}

const without = (all: readonly number[], some: readonly number[] = []): number[] =>
  all.filter(cpu => !some.includes(cpu))

function requireThere(list: string | undefined, all: readonly number[]): number[] | undefined {
  if (list === undefined) return undefined
  const cpus = readCpus(list)
  if (!cpus) throw new UsageError(`"${list}" is no list of CPUs; it has the form 0-1,3.`)
  const missing = cpus.find(cpu => !all.includes(cpu))
  if (missing === undefined) return cpus
  throw new UsageError(`The lab has no CPU ${missing} here; it may use ${all.join(', ')}.`)
}

/**
 * The verbs on a broker in a container that is made already. What stays beside it is a `docker start` that is
 * attached: it brings the broker's output and ends when the broker does. Signals go by way of the engine.
 */
import { type Child, startChild } from '#host/child.ts'
import type { BrokerProcess } from './broker.ts'
import { runDocker } from './run-docker.ts'
import { awaitServing, type ServerOptions } from './server-process.ts'

export type ContainerOptions = Omit<ServerOptions, 'launch' | 'beside'> & {
  container: string
  environment: NodeJS.ProcessEnv
}

/** Starts the container for the first time; `signal` ends that start only. */
export async function startContainer(options: ContainerOptions): Promise<BrokerProcess> {
  const { container, environment, logFile, signal, name, probe } = options
  const docker = (verb: string) => runDocker([verb, container], { env: environment })
  const kill = async (attached: Child): Promise<void> => {
    // One that is not up yet is not waited for: who made the container removes it.
    await docker('kill').catch(unless(/is not running/, () => attached.kill()))
    await attached.exited
  }
  const launch = (): Child => {
    const args = ['start', '--attach', container]
    return startChild({ command: 'docker', args, env: environment, stdoutFile: logFile, stderrFile: logFile })
  }
  let attached = await awaitServing({ name, launch, probe, logFile }, kill, signal)
  return {
    pids: [],
    kill: () => kill(attached),
    async start() {
      if (attached.running) throw new Error(`${name} runs already.`)
      attached = await awaitServing({ name, launch, probe, logFile }, kill)
    },
    pause: () => docker('pause').then(nothing, unless(/is already paused/, nothing)),
    resume: () => docker('unpause').then(nothing, unless(/is not (paused|running)|No such container/, nothing)),
  }
}

const nothing = (): void => {}

function unless(harmless: RegExp, instead: () => void): (error: unknown) => void {
  return error => {
    if (!harmless.test(String(error))) throw error
    instead()
  }
}

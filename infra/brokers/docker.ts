/** Private brokers in containers of public images, for a machine that has Docker and lacks what packages need. */
import type { BrokerKind, Source } from './broker.ts'
import { images } from './container-plan.ts'
import { findCommand } from './machine-tools.ts'
import { provideContainer } from './provide-container.ts'
import { imageIsThere } from './pull-image.ts'
import { runTool } from './run-tool.ts'

const PATIENCE_MS = 5000

export const docker: Source = {
  name: 'docker',

  async serves(kind, environment) {
    const refuse = (why: string, wayOut: string) => ({ serves: false, asked: false, why, wayOut }) as const
    if (!findCommand('docker', environment)) {
      return refuse('Docker is missing.', 'With Docker installed, the broker would run in a container.')
    }
    try {
      const engine = await engineVersion(environment)
      return { serves: true, detail: await describe(kind, engine, environment) }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return refuse(`No Docker engine answers: ${why}`, 'Start it, and see that this user may use it (docker version).')
    }
  },

  provide: provideContainer,
}

/** Rejects when no engine answers within some seconds. */
export async function engineVersion(environment: NodeJS.ProcessEnv): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  try {
    const args = ['version', '--format', '{{.Server.Version}}']
    return (await runTool('docker', args, { env: environment, signal })).trim()
  } catch (error) {
    throw signal.aborted ? new Error(`docker version hangs for ${PATIENCE_MS / 1000} s.`) : error
  }
}

async function describe(kind: BrokerKind, engine: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const there = await imageIsThere(images[kind], environment)
  return `${images[kind]}${there ? '' : ', to be pulled once'}, by Docker ${engine}`
}

// `lab live` from outside, for tests: its address, what it tells, and what can be asked of it.
import type { TestContext } from 'node:test'
import { waitFor } from '#host/wait-for.ts'
import type { Frame, LaneFrame, PartState } from '../live/page/protocol.ts'
import { type Cli, startCli, type TestFolder, testFolder } from './cli.ts'

export type LiveLab = Cli & {
  address: string
  /** The last frame of the lane for which it holds. @throws Error that names what was awaited */
  until(what: string, holds: (lane: LaneFrame) => boolean, model?: string): Promise<LaneFrame>
  post(path: string, body: unknown): Promise<{ status: number; body: unknown }>
}

const DEADLINE_MS = 120_000

/** The caller ends the process. @param brokers their addresses, by variable; private ones without them */
export async function startLive(
  folder: TestFolder,
  args: readonly string[],
  brokers: Record<string, string> = {},
): Promise<LiveLab> {
  const environment = { ...brokers, LAB_CACHE_DIR: folder.cache }
  const cli = startCli('main', ['live', ...args, '--no-open', '--out', folder.runs], environment)
  await cli.untilPrinted('Ctrl-C ends it')
  const [address = ''] = /http:\S+/.exec(cli.stdout()) ?? []
  return {
    ...cli,
    address,
    async until(what, holds, model = 'sync-rest') {
      let found: LaneFrame | undefined
      const closed = new AbortController()
      const reading = readFrames(`${address}frames`, closed.signal, ({ lanes }) => {
        const lane = lanes.find(each => each.model === model)
        if (lane && holds(lane)) found ??= lane
      }).catch(() => {})
      try {
        return await waitFor(async () => found, { deadlineMs: DEADLINE_MS, what })
      } finally {
        closed.abort()
        await reading
      }
    },
    async post(path, body) {
      const response = await fetch(address + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: await response.json() }
    },
  }
}

async function readFrames(url: string, signal: AbortSignal, onFrame: (frame: Frame) => void): Promise<void> {
  const response = await fetch(url, { signal })
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events) onFrame(JSON.parse(event.replace('data: ', '')) as Frame)
  }
}

/** With a folder of its own, all of which ends with the test. */
export async function openLive(t: TestContext, args: readonly string[] = ['sync-rest', '--rate', '40']) {
  const folder = testFolder()
  t.after(folder.remove)
  const lab = await startLive(folder, args)
  t.after(() => lab.process.kill('SIGKILL'))
  const perform = (action: object) => lab.post('perform', { models: ['sync-rest'], action })
  const untilInventory = (state: PartState) =>
    lab.until(`inventory to be ${state}`, ({ parts }) =>
      parts.some(part => part.role === 'inventory' && part.state === state),
    )
  return { folder, lab, perform, untilInventory }
}

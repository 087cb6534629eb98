// The program of the further readers of this model: without a broker each of them asks the order service again and again, from the
// first order on that was pending when it asked before. Its server-sent events are of one order each, which a reader would have to know.
import { setTimeout as wait } from 'node:timers/promises'
import { Agent } from 'undici'
import { explain } from '#common/contracts/errors.ts'
import { type Reading, serveReaders } from '#engine/experiment/further-readers-thread.ts'
import { readOn } from './operations.ts'

const POLL_MS = 100

await serveReaders<{ url: string }>(async ({ url }, _nth, reading) => {
  const connections = new Agent()
  const from = await readOn(url, reading.take, { connections })
  void keepReading(url, reading, { connections, from })
})

async function keepReading(
  url: string,
  { take, onDegraded }: Reading,
  { connections, from }: { connections: Agent; from: number },
): Promise<void> {
  // Those that joined at the same moment do not ask at the same moment.
  await wait(Math.random() * POLL_MS)
  for (let after = from; ; await wait(POLL_MS))
    try {
      after = await readOn(url, take, { connections, from: after })
      onDegraded(null)
    } catch (error) {
      onDegraded(explain(error))
    }
}

import { test } from 'node:test'
import { startChild } from './child.ts'
import { watchOthers } from './cpu-of-others.ts'
import { waitFor } from './wait-for.ts'

test('what another program uses counts, and what the lab itself started does not', async t => {
  const busy = startChild({ command: process.execPath, args: ['-e', 'for (;;);'] })
  t.after(() => busy.kill())
  const idle = startChild({ command: 'sleep', args: ['60'] })
  t.after(() => idle.kill())
  const [besideBusy, besideIdle] = [watchOthers(busy.pid), watchOthers(idle.pid)]
  const hasCounted = () => (besideIdle() ?? 0) > 0 && (besideIdle() ?? 0) - (besideBusy() ?? 0) > 0.1
  await waitFor(hasCounted, { deadlineMs: 20_000, what: 'the busy program to count as another' })
})

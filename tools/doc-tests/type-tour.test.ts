import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Step } from './tour.ts'
import { typeTour } from './type-tour.ts'

const step = (commands: string, shown?: string): Step => ({ commands, shown, ownTerminal: false })

function typeSteps(t: TestContext, steps: Step[], deadlineMs = 10_000): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tour-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return typeTour({ steps, cwd: folder, env: { PATH: process.env.PATH }, folder, deadlineMs })
}

test("steps share one shell, do not read each other's input, and may print anything where no output is shown", t =>
  typeSteps(t, [
    step('a=\'it is\'\nsay() { echo "$a $1"; }\ncat\necho whatever\n'),
    step('say $(basename "$PWD" | cut -c 1-4)\necho aside >&2\n', 'it is tour\naside\n'),
  ]))

test('a step in a terminal of its own goes on while the others are typed, and ends with the tour', async t => {
  const server = step(': > ticks; echo "pid $$"; while sleep 0.1; do date >> ticks; done\n', 'pid …\n')
  await typeSteps(t, [
    { ...server, ownTerminal: true },
    step('before=$(wc -l < ticks)\nuntil [ "$(wc -l < ticks)" -gt "$before" ]; do sleep 0.1; done\n'),
  ])
  const endsEarly = { ...step('echo a; exit 3\n', 'b\n'), ownTerminal: true }
  await assert.rejects(typeSteps(t, [endsEarly]), /This step ended with 3:/)
})

const failures: [string, Step, RegExp][] = [
  ['prints something else', step('echo b\n', 'a\n'), /printed something else:\necho b\n\nshown:\na\n\ngot:\nb\n$/],
  ['fails', step('echo b; false\n'), /ended with 1:\necho b; false\n\nshown:\n\(anything\)\n\ngot:\nb/],
  ['ends the shell', step('exit 0\n'), /ended with the shell/],
  ['hangs', step('echo a; sleep 300\n'), /did not end within 0\.3 s:[\s\S]*got:\na/],
]
for (const [what, failing, message] of failures)
  test(`a step that ${what} is reported with its commands, the expected and the actual output`, async t => {
    await assert.rejects(typeSteps(t, [step('true\n', ''), failing], what === 'hangs' ? 300 : 10_000), {
      message,
    })
  })

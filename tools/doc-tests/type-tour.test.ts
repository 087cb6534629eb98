import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Step } from './tour.ts'
import { typeTour } from './type-tour.ts'

function typeSteps(t: TestContext, steps: Step[], deadlineMs = 10_000): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tour-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return typeTour({ steps, cwd: folder, env: { PATH: process.env.PATH }, folder, deadlineMs })
}

test("steps share one shell, do not read each other's input, and may print anything where no output is shown", t =>
  typeSteps(t, [
    { commands: 'a=\'it is\'\nsay() { echo "$a $1"; }\ncat\necho whatever\n', shown: undefined },
    { commands: 'say $(basename "$PWD" | cut -c 1-4)\necho aside >&2\n', shown: 'it is tour\naside\n' },
  ]))

const failures: [string, Step, RegExp][] = [
  [
    'prints something else',
    { commands: 'echo b\n', shown: 'a\n' },
    /printed something else:\necho b\n\nshown:\na\n\ngot:\nb\n$/,
  ],
  [
    'fails',
    { commands: 'echo b; false\n', shown: undefined },
    /ended with 1:\necho b; false\n\nshown:\n\(anything\)\n\ngot:\nb/,
  ],
  ['ends the shell', { commands: 'exit 0\n', shown: undefined }, /ended with the shell/],
  ['hangs', { commands: 'echo a; sleep 300\n', shown: undefined }, /did not end within 0\.3 s:[\s\S]*got:\na/],
]
for (const [what, step, message] of failures)
  test(`a step that ${what} is reported with its commands, the expected and the actual output`, async t => {
    await assert.rejects(typeSteps(t, [{ commands: 'true\n', shown: '' }, step], what === 'hangs' ? 300 : 10_000), {
      message,
    })
  })

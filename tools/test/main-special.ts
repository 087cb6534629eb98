/**
 * `npm run test:compose` and `npm run test:browser`: every test that needs a container engine (`*.compose-test.ts`) or a browser
 * (`*.browser-test.ts`), or those whose path contains one of the arguments, one file after the other. Guarantees that it never
 * passes without an engine or a browser. Exit codes: the runner's; 2 when an argument matches nothing, 3 when the engine or the
 * browser is missing, 130 when interrupted.
 */
import { readTextFiles } from '../check/files.ts'
import { findCompose } from '#runtimes/compose/project.ts'
import { listenForInterrupt } from '../../lab/cli/command-line.ts'
import { findChromium } from '../../lab/testing/find-chromium.ts'
import { chooseTests, runTests } from './run-tests.ts'

const KINDS = {
  compose: { ending: '.compose-test.ts', fileDeadlineMs: 1_200_000, find: findCompose },
  browser: { ending: '.browser-test.ts', fileDeadlineMs: 300_000, find: findChromium },
} as const

const [kind, ...words] = process.argv.slice(2)
process.exitCode = await testWith(kind === 'browser' ? KINDS.browser : KINDS.compose)

async function testWith({ ending, fileDeadlineMs, find }: (typeof KINDS)[keyof typeof KINDS]): Promise<number> {
  const signal = listenForInterrupt()
  const paths = readTextFiles(process.cwd()).map(({ path }) => path)
  const { files, problem } = chooseTests(paths, words, ending)
  if (problem) {
    console.error(problem)
    return 2
  }
  try {
    await find(process.env)
  } catch (error) {
    if (signal.aborted) return 130
    console.error(error instanceof Error ? error.message : String(error))
    return 3
  }
  return signal.aborted ? 130 : runTests(files, { filesAtOnce: 1, fileDeadlineMs, signal })
}

/**
 * `npm run test:browser`: every test that needs a browser (`*.browser-test.ts`), or those whose path contains one of the
 * arguments. Guarantees that it never passes without a browser. Exit codes: the runner's; 2 when an argument matches
 * nothing, 3 when there is no browser, 130 when interrupted.
 */
import { readTextFiles } from '../check/files.ts'
import { listenForInterrupt } from '../../lab/cli/command-line.ts'
import { chooseTests, runTests } from './run-tests.ts'
import { findChromium } from '../../lab/testing/find-chromium.ts'

const signal = listenForInterrupt()
const paths = readTextFiles(process.cwd()).map(({ path }) => path)
const { files, problem } = chooseTests(paths, process.argv.slice(2), '.browser-test.ts')
if (problem) {
  console.error(problem)
  process.exitCode = 2
} else {
  process.exitCode = await testInBrowser()
}

async function testInBrowser(): Promise<number> {
  try {
    findChromium(process.env)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return 3
  }
  return runTests(files, { filesAtOnce: 1, fileDeadlineMs: 300_000, signal })
}

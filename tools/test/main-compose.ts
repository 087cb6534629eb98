/**
 * `npm run test:compose`: every test that needs a container engine (`*.compose-test.ts`), or those whose path contains
 * one of the arguments, one file after the other. Guarantees that it never passes without an engine. Exit codes: the
 * runner's; 2 when an argument matches nothing, 3 when no engine answers, 130 when interrupted.
 */
import { readTextFiles } from '../check/files.ts'
import { findCompose } from '#runtimes/compose/find-compose.ts'
import { listenForInterrupt } from '../../lab/cli/command-line.ts'
import { chooseTests, runTests } from './run-tests.ts'

const signal = listenForInterrupt()
const paths = readTextFiles(process.cwd()).map(({ path }) => path)
const { files, problem } = chooseTests(paths, process.argv.slice(2), '.compose-test.ts')
const missing = problem
  ? undefined
  : await findCompose(process.env).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
if (signal.aborted) {
  process.exitCode = 130
} else if (problem ?? missing) {
  console.error(problem ?? missing)
  process.exitCode = problem ? 2 : 3
} else {
  process.exitCode = await runTests(files, { filesAtOnce: 1, fileDeadlineMs: 1_200_000, signal })
}

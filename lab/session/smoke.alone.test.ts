import { test } from 'node:test'
import { assertSmokeRun } from '../testing/cli.ts'

test(
  'a smoke run of everything is valid, lists the results as the experiments are listed, and leaves nothing',
  assertSmokeRun,
)

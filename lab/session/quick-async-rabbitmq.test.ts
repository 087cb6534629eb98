import { test } from 'node:test'
import { assertQuickRun, experimentsOf } from '../testing/cli.ts'

for (const id of experimentsOf('async-rabbitmq'))
  test(`${id} is valid in its quick profile and leaves nothing`, () => assertQuickRun(id))

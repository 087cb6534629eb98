// The variants of an experiment one after the other, as in a full run. smoke.alone.test.ts runs all experiments, their variants side by
// side, and run.alone.test.ts one of sync-rest; in containers all of them run so too (runtimes/compose/quick.compose-test.ts).
import { test } from 'node:test'
import { assertQuickRun } from '../testing/cli.ts'

for (const id of ['async-rabbitmq/poison-message', 'streaming-kafka/consumer-lag'])
  test(`${id} is valid in its quick profile and leaves nothing`, () => assertQuickRun(id))

// An experiment without another one beside it, as in a full run. smoke.alone.test.ts runs all experiments, those of the models side by
// side; run.alone.test.ts runs one of sync-rest like this, and the third tour one of async-rabbitmq. In containers all of them run so too
// (runtimes/compose/quick.compose-test.ts).
import { test } from 'node:test'
import { assertQuickRun } from '../testing/cli.ts'

test('an experiment is valid in its quick profile and leaves nothing', () =>
  assertQuickRun('streaming-kafka/consumer-lag'))

// Every row of the bench, in the sequence in which they run and are shown.
import { CPU_ROWS } from './cpu.ts'
import { kafkaInventory } from './kafka-inventory.ts'
import { kafkaProduce } from './kafka-produce.ts'
import { kafkaReplay } from './kafka-replay.ts'
import { rabbitmqDrain } from './rabbitmq-drain.ts'
import { rabbitmq } from './rabbitmq.ts'
import { restLatency } from './rest-latency.ts'
import { restSaturation } from './rest-saturation.ts'
import type { Row } from './row.ts'

export const ROWS: readonly Row[] = [
  restSaturation,
  restLatency,
  rabbitmq,
  rabbitmqDrain,
  kafkaProduce,
  kafkaInventory,
  kafkaReplay,
  ...CPU_ROWS,
]

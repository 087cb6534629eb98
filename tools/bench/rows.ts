// Every row of the bench, in the sequence in which they run and are shown.
import { CPU_ROWS } from './rows/cpu.ts'
import { kafkaInventory } from './rows/kafka-inventory.ts'
import { kafkaProduce } from './rows/kafka-produce.ts'
import { kafkaReplay } from './rows/kafka-replay.ts'
import { rabbitmqDrain } from './rows/rabbitmq-drain.ts'
import { rabbitmq } from './rows/rabbitmq.ts'
import { restLatency } from './rows/rest-latency.ts'
import { restSaturation } from './rows/rest-saturation.ts'
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

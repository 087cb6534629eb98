// Every row of the bench, in the sequence in which they run and are shown.
import { CPU_ROWS } from './cpu.ts'
import { kafkaProduce } from './kafka-produce.ts'
import { kafkaReplay } from './kafka-replay.ts'
import { rabbitmq } from './rabbitmq.ts'
import { restLatency } from './rest-latency.ts'
import { restSaturation } from './rest-saturation.ts'
import type { Row } from './row.ts'

export const ROWS: readonly Row[] = [restSaturation, restLatency, rabbitmq, kafkaProduce, kafkaReplay, ...CPU_ROWS]

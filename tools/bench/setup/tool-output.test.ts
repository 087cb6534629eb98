import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consumerRate, perfTestRate, producerRate } from './tool-output.ts'

test('the rate of ProducerPerformance is that after its warm-up, not that of a second or of all', () => {
  const output = `16200 records sent, 31889.8 records/sec (10.64 MB/sec), 696.1 ms avg latency, 1053.0 ms max latency.
In steady state.
200000 records sent, 58823.529412 records/sec (19.63 MB/sec), 813.09 ms avg latency, 1143.00 ms max latency, 800 ms 50th, 1086 ms 95th.
100000 steady state records sent, 56116.722783 records/sec (18.73 MB/sec), 905.82 ms avg latency, 1143.00 ms max latency.
`
  assert.equal(producerRate(output), 56_116.722783)
  assert.throws(
    () => producerRate(output.replace(/^.*steady state records.*$/m, '')),
    /ProducerPerformance printed no rate/,
  )
})

test('the rate of PerfTest is the average that its consumer received', () => {
  const output = `id: test-1, time 3.000 s, sent: 13135 msg/s, returned: 0 msg/s, confirmed: 13329 msg/s, received: 8421 msg/s
test stopped (Producer reached message limit, Consumer reached message limit)
id: test-1, sending rate avg: 9814 msg/s
id: test-1, receiving rate avg: 7814 msg/s
`
  assert.equal(perfTestRate(output), 7_814)
  assert.throws(() => perfTestRate('test stopped'), /PerfTest printed no rate/)
})

test('the rate of ConsumerPerformance is that of fetching, and there is none when it read too few records', () => {
  const output = `2025-01-01T00:00:00,695 INFO SubscriptionState: [Consumer clientId=perf, groupId=perf-1] Resetting offset, epoch=0, x.
2025-01-01 00:00:00:339, 2025-01-01 00:00:01:420, 66.7572, 61.7550, 200000, 185013.8760, 311, 770, 86.6977, 259740.2597
`
  assert.equal(consumerRate(output, 200_000), 259_740.2597)
  assert.throws(() => consumerRate(output, 200_001), /did not read all records/)
  assert.throws(() => consumerRate('', 1), /did not read all records/)
})

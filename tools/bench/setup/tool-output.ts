// The rates in what the brokers' own tools print. A tool that printed none, or did less than it was to do, gives no rate.

/** Records a second that ProducerPerformance sent after its warm-up. @throws Error when it printed no rate */
export function producerRate(output: string): number {
  return rateIn(output, /^\d+ steady state records sent, ([\d.]+) records\/sec/m, 'ProducerPerformance')
}

/** Messages a second that the consumer of PerfTest received. @throws Error when it printed no rate */
export function perfTestRate(output: string): number {
  return rateIn(output, /receiving rate avg: (\d+) msg\/s/, 'PerfTest')
}

/** Records a second that ConsumerPerformance fetched, without its time to join the group. @throws Error when it read fewer records */
export function consumerRate(output: string, records: number): number {
  // Begin, end, MB, MB/s, records, records/s, time to join, time to fetch, MB/s and records/s while fetching.
  const fields = output
    .split('\n')
    .map(line => line.split(', '))
    .find(({ length }) => length === 10)
  if (fields === undefined || Number(fields[4]) < records)
    throw new Error('ConsumerPerformance did not read all records.')
  return Number(fields[9])
}

function rateIn(output: string, pattern: RegExp, tool: string): number {
  const rate = pattern.exec(output)?.[1]
  if (rate === undefined) throw new Error(`${tool} printed no rate.`)
  return Number(rate)
}

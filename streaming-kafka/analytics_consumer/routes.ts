// `GET /metrics.json`: the metrics as they are now. `GET /progress`: how many records of each partition they rest on, and
// the digest of the file that says the same.
import type { Server } from '#common/service/http-server.ts'
import { answers } from '#common/service/openapi.ts'
import { MetricsView, type PartitionRead, ProgressView } from './counts.ts'
import type { MetricsFile } from './metrics-file.ts'

type Parts = { document(): Promise<string>; reads(): Promise<PartitionRead[]>; file: MetricsFile }

export function analyticsRoutes(server: Server, { document, reads, file }: Parts): void {
  const metrics = answers({ 200: { description: 'the metrics', schema: MetricsView } })
  server.get('/metrics.json', { schema: { response: metrics } }, async (_request, reply) =>
    reply.type('application/json').send(await document()),
  )
  const progress = answers({ 200: { description: 'records read, and the metrics file', schema: ProgressView } })
  server.get('/progress', { schema: { response: progress } }, async () => {
    // The digest belongs to the file that was written after these records.
    await file.written()
    return { partitions: await reads(), metricsFile: file.digest() }
  })
}

// `GET /metrics.json`: the metrics as they are now. `GET /progress`: the digest of the file that was written last, and how
// many records of each partition it rests on.
import type { Server } from '#common/service/http-server.ts'
import { answers } from '#common/service/openapi.ts'
import { MetricsView, ProgressView } from './counts.ts'
import type { MetricsFile } from './metrics-file.ts'

export function analyticsRoutes(server: Server, document: () => Promise<string>, file: MetricsFile): void {
  const metrics = answers({ 200: { description: 'the metrics', schema: MetricsView } })
  server.get('/metrics.json', { schema: { response: metrics } }, async (_request, reply) =>
    reply.type('application/json').send(await document()),
  )
  const progress = answers({
    200: { description: 'the metrics file, and the records read for it', schema: ProgressView },
  })
  server.get('/progress', { schema: { response: progress } }, async () => {
    await file.written()
    return file.progress()
  })
}

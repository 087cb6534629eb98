// `/faults`: the faults of a service, switched by the lab. The route exists only with `LAB_FAULTS=on`.
// GET shows each fault, its setting and how often it was injected; POST sets some (null switches one off); DELETE clears all.
// POST and DELETE answer when the background work of the faults has ended.
import { FaultSettings, FaultsView } from '../contracts/http.ts'
import type { Server } from '../service/http-server.ts'
import { answers } from '../service/openapi.ts'
import type { FaultInjector } from './fault-injector.ts'

export function faultRoutes(server: Server, injector: FaultInjector): void {
  if (!injector.on) return
  const response = answers({ 200: { description: 'the faults as they stand', schema: FaultsView } })
  server.get('/faults', { schema: { response } }, () => injector.view())
  server.post<{ Body: FaultSettings }>('/faults', { schema: { body: FaultSettings, response } }, async request => {
    injector.set(request.body)
    await injector.idle()
    return injector.view()
  })
  server.delete('/faults', { schema: { response } }, async () => {
    injector.clear()
    await injector.idle()
    return injector.view()
  })
}

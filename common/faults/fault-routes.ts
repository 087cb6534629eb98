// `/faults`: the lab's switches of a service. The route exists only with `LAB_FAULTS=on`.
// GET shows each fault, its setting and how often it bit; POST sets some (null switches one off); DELETE heals all.
// Both answer when what the faults had begun by themselves is over.
import { FaultSettings, FaultsView } from '../contracts/http.ts'
import type { Server } from '../service/http-server.ts'
import { answers } from '../service/openapi.ts'
import type { FaultInjector } from './fault-injector.ts'

export function faultRoutes(server: Server, switchboard: FaultInjector): void {
  if (!switchboard.on) return
  const response = answers({ 200: { description: 'the faults as they stand', schema: FaultsView } })
  server.get('/faults', { schema: { response } }, () => switchboard.view())
  server.post<{ Body: FaultSettings }>('/faults', { schema: { body: FaultSettings, response } }, async request => {
    switchboard.set(request.body)
    await switchboard.idle()
    return switchboard.view()
  })
  server.delete('/faults', { schema: { response } }, async () => {
    switchboard.clear()
    await switchboard.idle()
    return switchboard.view()
  })
}

// `/faults`: the lab's switches of a service. The route exists only with `LAB_FAULTS=on`.
// GET shows each fault, its setting and how often it bit; POST sets some (null switches one off); DELETE heals all.
// Both answer when what the faults had begun by themselves is over.
import { Type } from 'typebox'
import { parse } from '../contracts/parse.ts'
import type { Server } from '../service/http-server.ts'
import type { FaultInjector } from './fault-injector.ts'

const Settings = Type.Record(Type.String(), Type.Unknown())

export function faultRoutes(server: Server, switchboard: FaultInjector): void {
  if (!switchboard.on) return
  server.get('/faults', () => switchboard.view())
  server.post('/faults', async request => {
    switchboard.set(parse(Settings, request.body))
    await switchboard.idle()
    return switchboard.view()
  })
  server.delete('/faults', async () => {
    switchboard.clear()
    await switchboard.idle()
    return switchboard.view()
  })
}

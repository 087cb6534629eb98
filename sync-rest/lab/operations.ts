// For the lab: every request between the services is sent twice, by the one that sends them all.
// Guarantees: `end-copies` tells how many copies were answered, and none follows it.
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'
import { postJson } from '#engine/run/http.ts'
import type { BrokerInspector, Deployment } from '#engine/experiment/model.ts'

const View = Type.Object({ twice: Type.Object({ injections: Type.Integer() }) })

export function duplicatorOperations({ url }: Deployment): BrokerInspector['operations'] {
  const set = async (setting: object | null) =>
    parse(View, await postJson(`${url('order_service')}/faults`, { twice: setting })).twice.injections
  let before = 0
  return {
    async 'begin-copies'() {
      before = await set({})
    },
    async 'end-copies'() {
      return { copied: (await set(null)) - before }
    },
  }
}

// A disk that is slow: each sync of the service's store takes so much longer. What is told only when it is on the disk is told later;
// the event loop goes on.
// It wraps no handler: the store asks before each sync. An order needs one sync or more in each service, and orders share them.
import { setTimeout as wait } from 'node:timers/promises'
import { type Static, Type } from '../contracts/type.ts'
import { closedObject } from '../contracts/parse.ts'
import type { StoreOptions } from '../stores/store.ts'
import type { FaultInjector } from './fault-injector.ts'
import { defineFault } from './faults.ts'

const Setting = closedObject({ ms: Type.Integer({ minimum: 1, maximum: 60_000 }) })

export const slowDisk = defineFault({
  name: 'slowDisk',
  about: 'each sync of the store takes so many ms longer',
  schema: Setting,
  variable: 'SLOW_DISK_MS',
  fromText: text => ({ ms: Number(text) }),
  wrap: next => next,
})

/** For the store of a service that has the fault. With faults off the store is as it is. */
export function slowDiskOf({ on, switchOf }: Pick<FaultInjector, 'on' | 'switchOf'>): Pick<StoreOptions, 'beforeSync'> {
  if (!on) return {}
  const it = switchOf(slowDisk)
  return {
    async beforeSync() {
      // The injector has checked it when it was set.
      const setting = it.setting() as Static<typeof Setting> | undefined
      if (!setting) return
      it.injected()
      await wait(setting.ms)
    },
  }
}

// A fault wraps a handler and, while it is switched on, disrupts its work. The same fault serves every model. Here are the
// faults that every service may have; one that speaks of a transport is in the folder of its service.
import { setTimeout as wait } from 'node:timers/promises'
import { Type, type Static, type TSchema } from '../contracts/type.ts'
import { LabError } from '../contracts/errors.ts'
import { closedObject } from '../contracts/parse.ts'
import type { Handler } from '../service/handler.ts'
import type { Places } from '../service/occupancy.ts'

export type FaultSwitch<Setting> = {
  /** The setting while the fault is on. */
  setting(): Setting | undefined
  /** Called each time the fault takes effect; experiments check that it did. */
  injected(): void
  /** The one place, of the fault's name, that work waits for: the service then tells that it is full. */
  places(): Places
  /** Calls back whenever it is switched on, or off. */
  onSwitch(listener: (isOn: boolean) => void): void
  /** Work of the fault's own. A request that switches faults is answered when it has ended. It must not reject. */
  inBackground(work: Promise<void>): void
}

/** Of a fault without a number; what is no `on` is refused by its schema. */
export const onlyOn = (text: string): unknown => (text === 'on' ? {} : text)

type AnyHandler = Handler<unknown, unknown>

type Definition<Schema extends TSchema, Setting> = {
  name: string
  about: string
  /** What `POST /faults` takes under its name. */
  schema: Schema
  /** The variable that switches it on at the start, after the role's name: `INVENTORY_` + `DELAY_MS`. */
  variable: string
  /** From the text of that variable to a setting, which is then checked like one that came over HTTP. */
  fromText(text: string): unknown
  wrap(next: AnyHandler, it: FaultSwitch<Setting>): AnyHandler
  /** Called once, before the service does anything, where faults are on. */
  begin?(it: FaultSwitch<Setting>): void
}

export type Fault = Definition<TSchema, unknown>

/** Gives `wrap` the setting with the type of its schema: the injector has checked it when it was set. */
export const defineFault = <Schema extends TSchema>(fault: Definition<Schema, Static<Schema>>): Fault => fault

/** Each piece of work, or that of one kitchen, waits before it is done. It holds one order, not those behind it. */
export const delay = defineFault({
  name: 'delay',
  about: 'each order waits this long before it is handled',
  schema: closedObject({
    delayMs: Type.Integer({ minimum: 1, maximum: 600_000 }),
    kitchenId: Type.Optional(Type.String({ minLength: 1 })),
  }),
  variable: 'DELAY_MS',
  fromText: text => ({ delayMs: Number(text) }),
  wrap: (next, it) => async (input, context) => {
    const setting = it.setting()
    const isMeant = setting?.kitchenId === undefined || setting.kitchenId === fieldOf(input, 'kitchenId')
    if (setting && isMeant) {
      it.injected()
      await wait(setting.delayMs, undefined, { signal: context.signal })
    }
    return next(input, context)
  },
})

/**
 * The handler fails instead of doing its work, for every order or for those of one user; always, or so many times for each
 * order, after which its work is done. The counts are in memory: a restart begins again.
 */
export const error = defineFault({
  name: 'error',
  about: 'the handler fails, always (`on`) or so many times an order (a number)',
  schema: closedObject({
    times: Type.Optional(Type.Integer({ minimum: 1 })),
    userId: Type.Optional(Type.String({ minLength: 1 })),
  }),
  variable: 'ERROR',
  fromText: text => (text === 'on' ? {} : { times: Number(text) }),
  wrap(next, it) {
    const failures = new Map<string, number>()
    return (input, context) => {
      const setting = it.setting()
      const orderId = fieldOf(input, 'orderId') ?? ''
      const failed = failures.get(orderId) ?? 0
      const spared = setting?.userId !== undefined && setting.userId !== fieldOf(input, 'userId')
      if (!setting || spared || failed >= (setting.times ?? Infinity)) return next(input, context)
      failures.set(orderId, failed + 1)
      it.injected()
      return Promise.reject(new LabError('handler-failed', 'the error fault is on'))
    }
  },
})

/** Work starts at a bounded rate. Each start has its slot, so the rate holds on average, not in each moment. */
export const throttle = defineFault({
  name: 'throttle',
  about: 'at most this many orders a second are handled',
  schema: closedObject({ perSecond: Type.Number({ exclusiveMinimum: 0, maximum: 1_000_000 }) }),
  variable: 'THROTTLE_PER_SECOND',
  fromText: text => ({ perSecond: Number(text) }),
  wrap(next, it) {
    let freeAtMs = 0
    return async (input, context) => {
      const setting = it.setting()
      if (setting) {
        it.injected()
        const nowMs = performance.now()
        const slotMs = Math.max(nowMs, freeAtMs)
        freeAtMs = slotMs + 1_000 / setting.perSecond
        if (slotMs > nowMs) {
          const { enter, leave } = it.places()
          enter()
          await wait(slotMs - nowMs, undefined, { signal: context.signal }).finally(leave)
        }
      }
      return next(input, context)
    }
  },
})

/** The work is done, and the answer breaks the contract. Only for a shell that sends bytes unchanged. */
export const garbage = defineFault({
  name: 'garbage',
  about: 'the work is done, and the answer is not JSON (`on`)',
  schema: closedObject({}),
  variable: 'GARBAGE',
  fromText: onlyOn,
  wrap: (next, it) => async (input, context) => {
    const answer = await next(input, context)
    if (!it.setting()) return answer
    it.injected()
    return new TextEncoder().encode('<html>this is not the contract')
  },
})

/** An order of one user ends the process that handles it, as a crash in native code would. */
export const kill = defineFault({
  name: 'kill',
  about: 'an order of this user ends the process that handles it (SIGKILL)',
  schema: closedObject({ userId: Type.String({ minLength: 1 }) }),
  variable: 'KILL_ON_USER',
  fromText: text => ({ userId: text }),
  wrap: (next, it) => (input, context) => {
    const setting = it.setting()
    if (setting && fieldOf(input, 'userId') === setting.userId) process.kill(process.pid, 'SIGKILL')
    return next(input, context)
  },
})

/** What a piece of work is about, by which a fault may choose. */
function fieldOf(input: unknown, name: 'userId' | 'orderId' | 'kitchenId'): string | undefined {
  if (typeof input !== 'object' || input === null || !(name in input)) return undefined
  const value = (input as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : undefined
}

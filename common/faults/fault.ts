// A fault wraps a handler and, while it is switched on, disrupts its work. The same fault serves every model.
import type { Static, TSchema } from 'typebox'
import { parse } from '../contracts/parse.ts'
import type { Handler } from '../service/handler.ts'

export type FaultSwitch<Setting> = {
  /** The setting while the fault is on. */
  setting(): Setting | undefined
  /** Called each time the fault takes effect; experiments check that it did. */
  injected(): void
  /** Work of the fault's own. A request that switches faults is answered when it has ended. It must not reject. */
  inBackground(work: Promise<void>): void
}

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
}

export type Fault = Definition<TSchema, unknown>

/** A fault whose `wrap` sees its setting with the type of its schema. */
export function defineFault<Schema extends TSchema>(fault: Definition<Schema, Static<Schema>>): Fault {
  const typed = (it: FaultSwitch<unknown>): FaultSwitch<Static<Schema>> => ({
    ...it,
    setting() {
      const setting = it.setting()
      return setting === undefined ? undefined : parse(fault.schema, setting, fault.name)
    },
  })
  return { ...fault, wrap: (next, it) => fault.wrap(next, typed(it)) }
}

/** The user or order of a piece of work, by which a fault may choose. */
export function fieldOf(input: unknown, name: 'userId' | 'orderId'): string | undefined {
  if (typeof input !== 'object' || input === null || !(name in input)) return undefined
  const value = (input as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : undefined
}

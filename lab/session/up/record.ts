// Where a model is up, so that other commands of the lab find its broker while it is.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { parse } from '#common/contracts/parse.ts'
import type { Deployment } from '#engine/experiment/model.ts'
import { cacheFolder } from '#host/folders.ts'
import { isAlive, thisOwner } from '#host/owner.ts'

export type UpPlace = Pick<Deployment, 'broker' | 'prefix'>

const RecordSchema = Type.Object({
  owner: Type.Object({ pid: Type.Integer(), startTime: Type.String(), host: Type.String() }),
  prefix: Type.String(),
  broker: Type.Object({ rabbitmq: Type.Optional(Type.String()), kafka: Type.Optional(Type.String()) }),
})

const fileOf = (model: string): string => join(cacheFolder(), 'up', `${model}.json`)

/** Returns what takes the record away again. */
export function recordUp(model: string, { broker, prefix }: UpPlace): () => void {
  mkdirSync(join(cacheFolder(), 'up'), { recursive: true })
  // Addresses may hold passwords.
  writeFileSync(fileOf(model), JSON.stringify({ owner: thisOwner(), prefix, broker }), { mode: 0o600 })
  return () => rmSync(fileOf(model), { force: true })
}

/** Undefined when the model is not up, also when its lab was killed. */
export function findUp(model: string): UpPlace | undefined {
  try {
    const { owner, prefix, broker } = parse(RecordSchema, JSON.parse(readFileSync(fileOf(model), 'utf8')))
    return isAlive(owner) ? { prefix, broker } : undefined
  } catch {
    return undefined
  }
}

/** Deletes the records of models whose lab is dead. */
export function sweepUps(models: readonly string[]): void {
  for (const model of models) if (!findUp(model)) rmSync(fileOf(model), { force: true })
}

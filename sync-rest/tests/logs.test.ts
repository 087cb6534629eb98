// Logs: JSON, one line per event, and one correlation id through every service that an order meets.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Type } from '#common/contracts/type.ts'
import { anOrder, ask, orderIdIn, orderUrl } from '#conformance/client.ts'
import { startSystem, type TestSystem } from '#conformance/test-system.ts'
import { parse } from '#common/contracts/parse.ts'
import { syncRest } from '../lab/model.ts'

const Line = Type.Object({
  service: Type.String(),
  level: Type.String(),
  time: Type.String(),
  event: Type.String(),
  orderId: Type.Optional(Type.String()),
  correlationId: Type.Optional(Type.String()),
})

async function linesOf(system: TestSystem, service: string) {
  const lines = system.logOf(service).trim().split('\n')
  return lines.map(line => parse(Line, JSON.parse(line), line))
}

async function correlationIds(system: TestSystem, headers: Record<string, string>): Promise<(string | undefined)[]> {
  const all = { 'content-type': 'application/json', ...headers }
  const reply = await ask(orderUrl(system), { method: 'POST', headers: all, body: JSON.stringify(anOrder()) })
  const orderId = orderIdIn(reply)
  const found: (string | undefined)[] = []
  for (const { name } of syncRest.services) {
    const lines = (await linesOf(system, name)).filter(line => line.orderId === orderId)
    assert.ok(lines.length > 0, `${name} does not log ${orderId}`)
    for (const { service, correlationId } of lines) {
      assert.equal(service, `sync-rest/${name}`)
      found.push(correlationId)
    }
  }
  return found
}

test('the correlation id of an order is in the log of every service, given by the client or generated', async t => {
  const system = await startSystem(t, syncRest)
  const given = randomUUID()
  assert.deepEqual([...new Set(await correlationIds(system, { 'x-correlation-id': given }))], [given])
  const generated = new Set(await correlationIds(system, {}))
  assert.equal(generated.size, 1)
  assert.ok([...generated].every(id => id && id !== given))
})

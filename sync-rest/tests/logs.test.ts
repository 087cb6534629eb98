// Logs: JSON, one line an event, and one correlation id through every service that an order meets.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { Type } from 'typebox'
import { anOrder, ask, orderIdIn, orderUrl } from '#conformance/client.ts'
import { startTestSystem, type TestSystem } from '#conformance/test-system.ts'
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

async function linesOf(stage: TestSystem, service: string) {
  const lines = (await stage.logOf(service)).trim().split('\n')
  return lines.map(line => parse(Line, JSON.parse(line), line))
}

async function correlationIds(stage: TestSystem, headers: Record<string, string>): Promise<(string | undefined)[]> {
  const all = { 'content-type': 'application/json', ...headers }
  const reply = await ask(orderUrl(stage), { method: 'POST', headers: all, body: JSON.stringify(anOrder()) })
  const orderId = orderIdIn(reply)
  const found: (string | undefined)[] = []
  for (const { name } of syncRest.services) {
    const lines = (await linesOf(stage, name)).filter(line => line.orderId === orderId)
    assert.ok(lines.length > 0, `${name} does not speak of ${orderId}`)
    for (const { service, correlationId } of lines) {
      assert.equal(service, `sync-rest/${name}`)
      found.push(correlationId)
    }
  }
  return found
}

test('the correlation id of an order is in the log of every service, given by the client or made here', async () => {
  await using stage = await startTestSystem({ model: syncRest, broker: {} })
  const given = randomUUID()
  assert.deepEqual([...new Set(await correlationIds(stage, { 'x-correlation-id': given }))], [given])
  const made = new Set(await correlationIds(stage, {}))
  assert.equal(made.size, 1)
  assert.ok([...made].every(id => id && id !== given))
})

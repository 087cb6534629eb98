// The evidence pages: every row once, in sequence, whatever the size of a page.
import assert from 'node:assert/strict'
import { Type } from '#common/contracts/type.ts'
import { Page } from '#common/contracts/evidence.ts'
import { parse } from '#common/contracts/parse.ts'
import { anOrder, ask, placed, problemIn } from './client.ts'
import { decided } from './order-facts.ts'
import type { Case, TestSystem } from './test-system.ts'

const AnyRow = Type.Object({ seq: Type.Integer() })

/** Every paged route of a model by its address. */
function routesOf({ model, runtime }: TestSystem): string[] {
  const { orders, inventory, notifications } = model.evidence
  return [
    `${runtime.url(orders)}/orders`,
    `${runtime.url(inventory)}/inventory`,
    `${runtime.url(inventory)}/inventory/movements`,
    `${runtime.url(inventory)}/inventory/decisions`,
    `${runtime.url(notifications)}/notifications`,
  ]
}

async function readPage(url: string) {
  const reply = await ask(url)
  assert.equal(reply.status, 200, reply.text)
  return parse(Page(AnyRow), JSON.parse(reply.text), url)
}

async function walk(route: string, limit: number): Promise<unknown[]> {
  const rows: unknown[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(`${route}?after=${after}&limit=${limit}`)
    assert.ok(page.rows.length <= limit)
    rows.push(...page.rows)
    after = page.next
  }
  return rows
}

export const pageCases: Case[] = [
  {
    name: 'evidence comes in pages that together have every row once',
    async run(system) {
      const ids = await Promise.all(Array.from({ length: 7 }, () => placed(system, anOrder())))
      await decided(system, ...ids)
      for (const route of routesOf(system)) {
        const all = (await walk(route, 1_000)) as { seq: number }[]
        assert.ok(all.length > 0, route)
        const sequence = all.map(({ seq }) => seq)
        assert.deepEqual(
          sequence,
          [...new Set(sequence)].toSorted((a, b) => a - b),
        )
        assert.deepEqual(await walk(route, 3), all)
        // A last page that is full has nothing behind it.
        assert.deepEqual(await walk(route, all.length), all)
      }
    },
  },
  {
    name: 'a page that cannot be is refused',
    async run(system) {
      for (const route of routesOf(system)) {
        for (const query of [
          'after=-1',
          'after=abc',
          'after=1.5',
          'limit=1001',
          'limit=0',
          'limit=-5',
          'limit=',
          'after=1&after=2',
        ])
          assert.equal(problemIn(await ask(`${route}?${query}`)).code, 'malformed', `${route}?${query}`)
        assert.deepEqual((await readPage(`${route}?after=${2 ** 40}`)).rows, [])
      }
    },
  },
]

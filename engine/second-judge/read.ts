/**
 * The second judge's own reader: a history's JSON as one list of facts, sorted by order. It knows of a history what its JSON says,
 * and no type of the engine: a mistake in how the first judge reads a history is not made twice.
 *
 * Guarantees: facts of one order stand together, in the sequence of the history. What names no order is in none of them.
 * Does not read what the second judge does not judge.
 */

export type Move = { seq: number; what: string; kitchen: string; sku: string; delta: number; atNs: number }

/** `print`: the fingerprint of an order with a note. */
export type Fact = { order: string } & (
  | { kind: 'plan'; kitchen: string; lines: { sku: string; quantity: number }[]; print: string | undefined }
  | { kind: 'attempt'; startedNs: number; answeredNs: number | undefined; status: number | undefined }
  | { kind: 'message'; expect: string }
  | { kind: 'row'; status: string; print: string | undefined }
  | {
      kind: 'decision'
      status: string
      reason: string | undefined
      released: boolean
      print: string | undefined
      decidedNs: number
    }
  | ({ kind: 'move' } & Move)
  | { kind: 'notification' }
  | { kind: 'dead letter' }
)

export type Story = {
  facts: Fact[]
  /** How many attempts and messages there were, with those that name no order. */
  requests: number
  /** All of them, also those of no order. */
  moves: Move[]
  kept: { kitchen: string; sku: string; quantity: number }[]
  /** What the run named as opening stock. */
  named: { kitchen: string; sku: string; units: number }[]
  clocksAgree: boolean
  /** No message of the timeline was sent before. */
  timelineNs: number
}

type Fields = Readonly<Record<string, unknown>>
type Of<Kind extends Fact['kind']> = Omit<Extract<Fact, { kind: Kind }>, 'order' | 'kind'>

/** @throws Error that names what is not as a history has it */
export function readStory(json: unknown): Story {
  const history = fieldsOf(json, 'the history')
  const evidence = fieldsOf(history.evidence, 'evidence')
  const movements = rowsOf(evidence, 'movements')
  return {
    facts: factsOf(history, evidence).toSorted((one, other) => compare(one.order, other.order)),
    requests: rowsOf(history, 'attempts').length + rowsOf(history, 'raw').length,
    moves: movements.map(moveOf),
    kept: rowsOf(evidence, 'stock').map(row => ({ ...placeOf(row), quantity: numberOf(row, 'quantity') })),
    named: namedStock(fieldsOf(history.openingStock, 'openingStock')),
    clocksAgree: history.clocksAgree === true,
    timelineNs: rowsOf(history, 'executedSteps').reduce(
      (first, step) => Math.min(first, numberOf(step, 'atNs')),
      Infinity,
    ),
  }
}

/** Texts and numbers, infinite ones too. */
export const compare = <Value extends string | number>(one: Value, other: Value): number =>
  one === other ? 0 : one < other ? -1 : 1

/** Facts of the same order, one order after the other. */
export function* orderByOrder(facts: readonly Fact[]): Generator<Fact[]> {
  for (let from = 0, to = 0; from < facts.length; from = to) {
    while (to < facts.length && facts[to]?.order === facts[from]?.order) to++
    yield facts.slice(from, to)
  }
}

function factsOf(history: Fields, evidence: Fields): Fact[] {
  const facts: Fact[] = []
  const add = (rows: readonly Fields[], factOf: (order: string, row: Fields) => Fact) => {
    for (const row of rows) {
      const order = optionalText(row, 'orderId')
      if (order !== undefined) facts.push(factOf(order, row))
    }
  }
  add(rowsOf(history, 'planned'), (order, row) => ({
    order,
    kind: 'plan',
    kitchen: textOf(row, 'kitchenId'),
    lines: linesOf(row),
    print: optionalText(row, 'fingerprint'),
  }))
  add(rowsOf(history, 'attempts'), (order, row) => ({ order, kind: 'attempt', ...attemptOf(row) }))
  add(rowsOf(history, 'raw'), (order, row) => ({ order, kind: 'message', expect: textOf(row, 'expect') }))
  add(rowsOf(evidence, 'orders'), (order, row) => ({
    order,
    kind: 'row',
    status: textOf(row, 'status'),
    print: optionalText(row, 'fingerprint'),
  }))
  add(rowsOf(evidence, 'decisions'), (order, row) => ({ order, kind: 'decision', ...decisionOf(row) }))
  add(rowsOf(evidence, 'movements'), (order, row) => ({ order, kind: 'move', ...moveOf(row) }))
  add(rowsOf(evidence, 'notifications'), order => ({ order, kind: 'notification' }))
  add(rowsOf(evidence, 'deadLetters'), order => ({ order, kind: 'dead letter' }))
  return facts
}

const linesOf = (row: Fields) =>
  rowsOf(row, 'items').map(line => ({ sku: textOf(line, 'sku'), quantity: numberOf(line, 'quantity') }))

function attemptOf(row: Fields): Of<'attempt'> {
  const answer = fieldsOf(row.answer, 'answer')
  const status = answer.kind === 'status' ? numberOf(answer, 'status') : undefined
  const answeredNs = typeof row.answeredNs === 'number' ? row.answeredNs : undefined
  return { startedNs: numberOf(row, 'startedNs'), answeredNs, status }
}

function decisionOf(row: Fields): Of<'decision'> {
  const outcome = fieldsOf(row.outcome, 'outcome')
  return {
    status: textOf(outcome, 'status'),
    reason: optionalText(outcome, 'reason'),
    released: row.released === true,
    print: optionalText(row, 'fingerprint'),
    decidedNs: numberOf(row, 'decidedNs'),
  }
}

function moveOf(row: Fields): Move {
  const [seq, delta, atNs] = [numberOf(row, 'seq'), numberOf(row, 'delta'), numberOf(row, 'atNs')]
  return { seq, what: textOf(row, 'kind'), ...placeOf(row), delta, atNs }
}

const placeOf = (row: Fields) => ({ kitchen: textOf(row, 'kitchenId'), sku: textOf(row, 'sku') })

const namedStock = (kitchens: Fields): Story['named'] =>
  Object.entries(kitchens).flatMap(([kitchen, value]) => {
    const skus = fieldsOf(value, kitchen)
    return Object.keys(skus).map(sku => ({ kitchen, sku, units: numberOf(skus, sku) }))
  })

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} is not an object`)
  return value as Fields
}

function rowsOf(fields: Fields, name: string): Fields[] {
  const rows = fields[name]
  if (!Array.isArray(rows)) throw new Error(`${name} is not a list`)
  return rows.map((row, nth) => fieldsOf(row, `${name}[${nth}]`))
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Error(`${name} is not a text`)
  return value
}

function optionalText(fields: Fields, name: string): string | undefined {
  return fields[name] === null || fields[name] === undefined ? undefined : textOf(fields, name)
}

function numberOf(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw new Error(`${name} is not a number`)
  return value
}

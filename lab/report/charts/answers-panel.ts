// How the orders of each second were answered, stacked by what the answer means.
import type { Orders } from '#engine/run/summary.ts'
import { caption, grid, RIGHT, rightLabels } from './frame.ts'
import { type Markup, markup } from './markup.ts'
import { boxes } from './path.ts'
import { linear, type Scale } from './scale.ts'
import { ANSWER_CLASSES, type AnswerClass } from './theme.ts'

const LINE = 14
const LEAST = 40

type Answers = Orders['answers']

const sorted = (answers: Answers): Answers => answers.toSorted((one, other) => rankOf(one.kind) - rankOf(other.kind))

const rankOf = (kind: string): number => ANSWER_CLASSES.indexOf(answerClass(kind))

export const answersHeight = (answers: Answers): number => Math.max(LEAST, answers.length * LINE)

/** The most answers in any second. */
export function busiest(all: readonly Answers[]): number {
  const sums = all.flatMap(answers => {
    const totals = new Map<number, number>()
    for (const { perSecond } of answers) {
      for (const [second, orders] of perSecond) totals.set(second, (totals.get(second) ?? 0) + orders)
    }
    return [...totals.values()]
  })
  return Math.max(1, ...sums)
}

export function answersPanel(answers: Answers, most: number, x: Scale, top: number): Markup {
  const bottom = top + answersHeight(answers)
  const y = linear(most, { from: bottom, to: top + 2 }, 2)
  const below = new Map<number, number>()
  const bars = sorted(answers).map(({ kind, perSecond }) => {
    const own = perSecond.map(([second, orders]) => {
      const from = below.get(second) ?? 0
      below.set(second, from + orders)
      const left = x.at(second)
      const upper = y.at(from + orders)
      return [left, upper, x.at(Math.min(second + 1, x.to)) - left - 0.6, y.at(from) - upper] as const
    })
    return boxes(own, coloursOf(kind))
  })
  const labels = sorted(answers)
    .toReversed()
    .map(({ kind, perSecond }, nth) => ({
      y: top + 6 + nth * LINE,
      text: `${perSecond.reduce((sum, [, orders]) => sum + orders, 0).toLocaleString('en-US')} × ${nameOf(kind)}`,
      className: 'strong',
      sample: boxes([[1, -4, 8, 8]], coloursOf(kind)),
    }))
  const shown = rightLabels(labels, top + 6, bottom, RIGHT - 12)
  return markup`<g class="panel panel-answers">${grid(y)}${caption('answers a second', top)}${bars}${shown}</g>`
}

/** Second of its kind: what would else look as `409 out-of-stock`, `503 inventory-unavailable`, `502 inventory-broke` do. */
const SECOND = /^(?:409 unknown-sku|503 overloaded|500|429)/

/** The same for a kind in every picture. */
const coloursOf = (kind: string): string => `answer-${answerClass(kind)}${SECOND.test(kind) ? ' tone-2' : ''}`

const nameOf = (kind: string): string => (answerClass(kind) === 'silent' ? `no answer, ${kind}` : kind)

/** @param kind as `Orders.kinds` has it: `201`, `503 inventory-unavailable`, `deadline` */
export function answerClass(kind: string): AnswerClass {
  const status = Number(/^\d{3}/.exec(kind)?.[0] ?? 0)
  if (status === 0) return 'silent'
  if (status < 300) return 'good'
  if (status === 409) return 'rightly'
  if (status < 500) return 'client'
  if (status === 503) return 'refused'
  return status === 504 ? 'late' : 'server'
}

/** An answer that accepts the order, or refuses it because it must fail. */
export const isRight = (kind: string): boolean => ['good', 'rightly'].includes(answerClass(kind))

// Answers by class: what they mean to a client, each with its own family of colour.
import type { AnswerClass } from './theme.ts'

/** From what is as it should be to what is not known. */
export const CLASSES: readonly AnswerClass[] = ['good', 'rightly', 'client', 'refused', 'server', 'late', 'silent']

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

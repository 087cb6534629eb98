// What can be done with the dead letters of any model that lets them be visited.
import { LabError } from '#common/contracts/errors.ts'
import type { BrokerInspector, DeadLetter, DeadLetterVisit } from './model.ts'

type OfDeadLetters = Pick<BrokerInspector, 'deadLetters' | 'visitDeadLetters' | 'redrive'>

export function deadLettersOf(visitAll: (visit: DeadLetterVisit) => Promise<void>): OfDeadLetters {
  let last: Promise<unknown> = Promise.resolve()
  /** One visit after the other: while one holds the dead letters of a queue, another sees none. */
  const visitDeadLetters = (visit: DeadLetterVisit): Promise<void> => {
    const visited = last.then(() => visitAll(visit))
    last = visited.catch(() => {})
    return visited
  }
  return {
    visitDeadLetters,
    async deadLetters() {
      const letters: DeadLetter[] = []
      await visitDeadLetters(async letter => {
        letters.push(letter)
        return 'next'
      })
      return letters
    },
    async redrive(id, editedBody) {
      let isDone = false
      await visitDeadLetters(async (letter, redrive) => {
        if (letter.id !== id) return 'next'
        await redrive(editedBody)
        isDone = true
        return 'end'
      })
      if (!isDone) throw new LabError('not-found', `there is no dead letter "${id}"; list them to see their ids`)
    },
  }
}

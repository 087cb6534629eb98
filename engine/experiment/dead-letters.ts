// What can be done with the dead letters of any model that lets them be visited.
import { LabError } from '#common/contracts/errors.ts'
import type { BrokerInspector, DeadLetter, DeadLetterVisit } from './model.ts'

type OfDeadLetters = Pick<BrokerInspector, 'deadLetters' | 'visitDeadLetters' | 'redrive'>

export const deadLettersOf = (visitDeadLetters: (visit: DeadLetterVisit) => Promise<void>): OfDeadLetters => ({
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
})

// What is worked out of a history once while it is judged, though each check and each measure asks for it: with a million orders
// that is most of the time. Guarantees that nothing is kept afterwards, and nothing of a history that may still change.
import type { History } from './history.ts'

type Known = Map<unknown, unknown>
const judged = new WeakMap<History, Known>()

/** The history does not change meanwhile. */
export function whileJudged<Judged>(history: History, judge: () => Judged): Judged {
  judged.set(history, new Map())
  try {
    return judge()
  } finally {
    judged.delete(history)
  }
}

/** The function, which works it out anew wherever the history is not being judged. */
export const oncePerHistory =
  <Found>(find: (history: History) => Found) =>
  (history: History): Found => {
    const known = judged.get(history)
    if (!known) return find(history)
    if (!known.has(find)) known.set(find, find(history))
    return known.get(find) as Found
  }

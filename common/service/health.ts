// Health: true only when the service can do its work. A piece that it cannot work without reports here.

export type Health = {
  /** Says how a piece is: null when well, else what is wrong with it, in a few words. */
  report(piece: string, problem: string | null): void
  view(): { healthy: boolean; problems: Record<string, string> }
}

export function createHealth(): Health {
  const problems = new Map<string, string>()
  return {
    report(piece, problem) {
      if (problem === null) problems.delete(piece)
      else problems.set(piece, problem)
    },
    view: () => ({ healthy: problems.size === 0, problems: Object.fromEntries(problems) }),
  }
}

// Health: true only when the service can do its work. Each piece that it needs reports here.

export type Health = {
  /** Reports the problem of a piece in a few words, or null when it works. */
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

// Health: true only when the service can do its work. Each piece that it needs reports here. What weakens it without
// stopping it, such as a peer that is left alone for a while, is listed too and leaves it healthy: a balancer that took it
// away would keep out the very requests that find out when the peer is back.

export type Health = {
  /** Reports the problem of a piece in a few words, or null when it works. */
  report(piece: string, problem: string | null): void
  /** As `report`, and the service stays healthy. */
  warn(piece: string, problem: string | null): void
  /** As `warn`, for what is looked up whenever somebody asks. */
  warnWhile(piece: string, problem: () => string | null): void
  view(): { healthy: boolean; problems: Record<string, string> }
}

export function createHealth(): Health {
  const problems = new Map<string, string>()
  const warnings = new Map<string, string>()
  const lookUps = new Map<string, () => string | null>()
  const keep = (kept: Map<string, string>) => (piece: string, problem: string | null) =>
    void (problem === null ? kept.delete(piece) : kept.set(piece, problem))
  return {
    report: keep(problems),
    warn: keep(warnings),
    warnWhile: (piece, problem) => void lookUps.set(piece, problem),
    view() {
      for (const [piece, problem] of lookUps) keep(warnings)(piece, problem())
      return { healthy: problems.size === 0, problems: Object.fromEntries([...warnings, ...problems]) }
    },
  }
}

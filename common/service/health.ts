// Health: true only when the service can do its work. A piece that it cannot work without reports here.

export type Health = {
  /** Says how a piece is: null when well, else what is wrong with it, in a few words. */
  report(piece: string, trouble: string | null): void
  view(): { healthy: boolean; troubles: Record<string, string> }
}

export function createHealth(): Health {
  const troubles = new Map<string, string>()
  return {
    report(piece, trouble) {
      if (trouble === null) troubles.delete(piece)
      else troubles.set(piece, trouble)
    },
    view: () => ({ healthy: troubles.size === 0, troubles: Object.fromEntries(troubles) }),
  }
}

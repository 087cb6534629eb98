// Ctrl-C. The first one asks for an orderly end, a second one ends at once: children then end with the lab, and the
// next start removes their files.

/** npm hands a terminal's signal on to a process that has had it already: this soon it is the same key stroke. */
const SAME_KEY_MS = 500

export type Interrupt = { signal: AbortSignal; dispose(): void }

export function listenForInterrupt(): Interrupt {
  const controller = new AbortController()
  let first = 0
  const onSignal = () => {
    const now = performance.now()
    if (!controller.signal.aborted) {
      first = now
      controller.abort()
    } else if (now - first > SAME_KEY_MS) process.exit(130)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  return {
    signal: controller.signal,
    dispose() {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

// Ctrl-C. The first one asks for an orderly end, a second one ends at once: children then end with the lab, and the
// next start removes their files.

/** npm hands a terminal's signal on to a process that has had it already: this soon it is the same key stroke. */
const SAME_KEY_MS = 500

/** Aborted by the first SIGINT, SIGTERM or SIGHUP. Called once, by the command that is run. */
export function listenForInterrupt(): AbortSignal {
  const controller = new AbortController()
  let first = 0
  const onSignal = () => {
    const now = performance.now()
    if (!controller.signal.aborted) {
      first = now
      controller.abort()
    } else if (now - first > SAME_KEY_MS) process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  return controller.signal
}

// A runtime starts, kills, pauses and addresses the services of a model. Experiments run unchanged on each.

export type Runtime = {
  name: string
  /** Starts a service, again with the same store and port; resolves when it is healthy. */
  start(service: string): Promise<void>
  /** SIGKILL. */
  kill(service: string): Promise<void>
  /** Deletes all that a service kept; it must not be running. */
  wipe(service: string): void
  /** SIGSTOP and SIGCONT. */
  pause(service: string): void
  resume(service: string): void
  /** Without a slash at the end. */
  url(service: string): string
  running(service: string): boolean
  /** How often it died without being told to. */
  deaths(service: string): number
  /** Ends all services, at once. */
  stop(): Promise<void>
}

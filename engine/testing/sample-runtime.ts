/** For tests: a runtime and a link that have nothing behind them but an address. */
import type { Link } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'

/** Every service is at `url`, and what is done to one does nothing. */
export const madeRuntime = (url = ''): Runtime => ({
  name: 'made',
  start: async () => {},
  kill: async () => {},
  wipe: async () => {},
  pause: async () => {},
  resume: async () => {},
  url: () => url,
  running: () => true,
  deaths: () => 0,
  stop: async () => {},
})

export const madeLink = (verbs: Link['verbs'] = {}): Link => ({
  depths: async () => ({}),
  deadLetters: async () => [],
  redrive: async () => {},
  verbs,
  close: async () => {},
})

/** For tests: a runtime and a link that have nothing behind them but an address. */
import type { BrokerInspector } from '../experiment/model.ts'
import type { Runtime } from '../experiment/runtime.ts'

/** Every service is at `url`, and what is done to one does nothing. */
export const sampleRuntime = (url = ''): Runtime => ({
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

export const sampleInspector = (verbs: BrokerInspector['operations'] = {}): BrokerInspector => ({
  depths: async () => ({}),
  deadLetters: async () => [],
  redrive: async () => {},
  operations: verbs,
  close: async () => {},
})

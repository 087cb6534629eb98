// A history in which nothing was asked: what is named in it is named in every history.
import type { History } from './history.ts'

export const emptyHistory = (openingStock: History['openingStock']): History => ({
  planned: [],
  warmUpOrders: 0,
  originNs: 0,
  deadlineMs: 1_000,
  generator: { where: 'thread', cpuShare: 0, connections: { opened: 0, peakInFlight: 0, limit: 0, saturated: false } },
  attempts: [],
  raw: [],
  executedSteps: [],
  samples: [],
  faults: {},
  evidence: { onTheirWay: 0, orders: [], decisions: [], movements: [], stock: [], notifications: [], deadLetters: [] },
  openingStock,
  clocksAgree: true,
  quiescent: true,
})

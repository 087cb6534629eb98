// About how long commands take, as help and pages say it. A test holds each of them to the published results, or to the plan.
export const DURATIONS = {
  start: 'about 8 min',
  run: 'less than 2 min each',
  compare: 'about 25 min',
  compareQuick: 'about 5 min',
  comparePublished: 'about 10 hours',
  untilKnown: 'about 5 min',
  asShipped: 'about 6 min',
  brokerFull: 'about 70 s',
  newReader: 'about 3 min',
  fanOut: 'about 5 min',
  retried: 'about 2 min',
  slowKitchen: 'about 3 min',
  retryStorm: 'about 10 min',
  payloads: 'about 7 min',
  /** Of the search; the probe that it is in at that time ends, and with --beyond another one follows. */
  capacity: 'at most 3 min a model',
} as const

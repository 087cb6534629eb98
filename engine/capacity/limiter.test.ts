import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limiter } from './limiter.ts'
import type { Readings, ServiceReadings } from './utilizations.ts'

const service = (name: string, others: Partial<ServiceReadings> = {}): ServiceReadings => ({
  name,
  loopShare: 0.3,
  cores: 0.3,
  places: [],
  syncShare: 0.4,
  syncsPerSecond: 100,
  sendShare: null,
  ...others,
})

const SERVICES = ['order_service', 'inventory_service', 'notification_service'] as const

type Parts = Partial<Omit<Readings, 'services'>> & { [Name in (typeof SERVICES)[number]]?: Partial<ServiceReadings> }

const readings = (parts: Parts): Readings => ({
  cores: 2,
  idleShare: 0.5,
  othersCores: 0.01,
  brokers: [],
  generator: { cpuShare: 0.2, isLate: false, isOutOfConnections: false },
  ...parts,
  services: SERVICES.map(name => service(name, parts[name])),
})

const RABBITMQ = [{ name: 'rabbitmq', cores: 0.4 }]
const places = (takenShare: number, limit = 4, name = 'CONCURRENCY') => [{ name, limit, takenShare }]

const CASES: [string, Parts, RegExp][] = [
  [
    'cores that are hardly ever idle are the limit, whatever else is full, and the greatest consumer is named',
    { idleShare: 0.02, order_service: { loopShare: 0.99, cores: 0.6 }, inventory_service: { cores: 0.7 } },
    /^limited by the CPU of the machine: its 2 cores were busy 98 % of the time, and order_service had to wait for one; the greatest consumer is inventory_service with 0\.70 cores$/,
  ],
  [
    'so are cores that are nearly full, where a thread that has work all the time gets far less than one: nobody holds it',
    { idleShare: 0.06, order_service: { loopShare: 0.96, cores: 0.5 } },
    /^limited by the CPU of the machine: its 2 cores were busy 94 % of the time, and order_service had to wait for one; /,
  ],
  [
    'where other programs take the cores they are named',
    { idleShare: 0.01, othersCores: 1.4 },
    /^limited by the CPU of the machine: .+; the greatest consumer is what runs beside the lab with 1\.40 cores$/,
  ],
  [
    'so are cores that a late generator had to wait for',
    { idleShare: 0.1, generator: { cpuShare: 0.4, isLate: true, isOutOfConnections: false } },
    /^limited by the CPU of the machine: .+ 90 % of the time, and the generator had to wait for one/,
  ],
  [
    'a service whose one thread is always busy is the limit, also where places before it are all taken',
    { order_service: { places: places(1) }, inventory_service: { loopShare: 0.97, cores: 0.96 } },
    /^limited by the CPU of inventory_service \(one thread\): its thread was busy 97 % of the time$/,
  ],
  [
    'a thread that is always busy and gets far less CPU is held to a share of a core',
    { inventory_service: { loopShare: 0.98, cores: 0.4 } },
    /^limited by the share of a core that inventory_service is held to: .+ 98 % of the time and got 0\.40 s of CPU a second$/,
  ],
  [
    'a disk that always syncs while the thread is free is the limit, also where places before it are all taken',
    { order_service: { places: places(1) }, inventory_service: { syncShare: 0.96 } },
    /^limited by the disk of inventory_service: a sync of its store was in flight 96 % of the time/,
  ],
  [
    'a disk that always syncs for a thread that is always busy is not',
    { order_service: { syncShare: 0.99, loopShare: 0.92, cores: 0.9 } },
    /^limited by the CPU of order_service/,
  ],
  [
    'places that are all taken while the thread is free are the limit',
    { order_service: { places: places(0.99) } },
    /^limited by the CONCURRENCY of order_service: of 4 places 99 % were taken while its thread was free$/,
  ],
  [
    'of places that are equally full those further down are the limit',
    { order_service: { places: places(1, 20_000, 'MAX_UNDECIDED') }, inventory_service: { places: places(1, 32) } },
    /^limited by the CONCURRENCY of inventory_service: of 32 places 100 %/,
  ],
  [
    'a generator whose threads take a core is the limit',
    { generator: { cpuShare: 0.95, isLate: true, isOutOfConnections: false } },
    /^limited by the CPU of the generator: its threads took 95 % of a core$/,
  ],
  [
    'a generator without a connection is the limit',
    { generator: { cpuShare: 0.2, isLate: false, isOutOfConnections: true } },
    /^limited by the generator: it had no connection left$/,
  ],
  [
    'a broker that takes nearly all cores is the limit',
    { brokers: [{ name: 'kafka', cores: 1.85 }], idleShare: 0.06 },
    /^limited by the CPU of kafka: its processes took 93 % of the 2 cores$/,
  ],
  [
    'a broker that a service always waits for is the limit by elimination',
    { brokers: RABBITMQ, order_service: { sendShare: 0.97 } },
    /^limited by the broker rabbitmq, by elimination: order_service waited for it 97 % of the time, and neither a thread nor a disk was full$/,
  ],
  [
    'a broker for which places are taken is the limit, and not the places',
    { brokers: RABBITMQ, inventory_service: { sendShare: 1, places: places(0.95) } },
    /^limited by the broker rabbitmq, by elimination: inventory_service waited/,
  ],
  [
    'places that are taken are the limit where a broker is not always waited for',
    { brokers: RABBITMQ, order_service: { sendShare: 0.8 }, notification_service: { places: places(0.91) } },
    /^limited by the CONCURRENCY of notification_service/,
  ],
  [
    'a throttle is the limit, and not the places that wait in it',
    { order_service: { places: places(1) }, inventory_service: { places: places(0.98, 1, 'throttle') } },
    /^limited by the throttle of inventory_service: work waited in it 98 % of the time$/,
  ],
  [
    'a disk that always syncs is the limit by elimination where no place waits for it, because one sync may serve many',
    { order_service: { syncShare: 0.97 }, brokers: RABBITMQ, inventory_service: { sendShare: 0.95 } },
    /^limited by the disk of order_service/,
  ],
  [
    'where nothing is full nothing is named, but what was the fullest',
    { order_service: { loopShare: 0.83, cores: 0.8 } },
    /^what limits it was not found: nothing was more than 83 % busy \(CPU of order_service \(one thread\)\)$/,
  ],
]

for (const [name, parts, sentence] of CASES)
  test(name, () => {
    const found = limiter(readings(parts))
    assert.match(found.sentence, sentence)
    assert.equal(found.resource === null, found.sentence.startsWith('what limits it was not found'))
    const shares = found.utilizations.map(({ share }) => share)
    assert.deepEqual(
      shares,
      shares.toSorted((one, other) => other - one),
    )
  })

test('what was not read is not taken for idle, and nothing is guessed of it', () => {
  const unread = { loopShare: null, cores: null, places: [], syncShare: null, syncsPerSecond: null, sendShare: null }
  const { resource, utilizations } = limiter(
    readings({ idleShare: null, order_service: unread, inventory_service: unread, notification_service: unread }),
  )
  assert.equal(resource, null)
  assert.deepEqual(
    utilizations.map(each => each.resource),
    ['CPU of the generator'],
  )
})

// What a history says of how full services, brokers and the machine were (occupancy.ts reads it).
import { type Static, Type } from '#common/contracts/type.ts'
import { OccupancyView } from '#common/contracts/http.ts'

const NumberOrNull = Type.Union([Type.Number(), Type.Null()])
const Reading = Type.Object({
  atNs: Type.Number(),
  services: Type.Array(Type.Object({ name: Type.String(), occupancy: Type.Union([OccupancyView, Type.Null()]) })),
  cpu: Type.Array(
    Type.Object({
      name: Type.String(),
      kind: Type.Union([Type.Literal('service'), Type.Literal('broker')]),
      seconds: NumberOrNull,
    }),
  ),
})
export type OccupancyReading = Static<typeof Reading>

/**
 * `idleShare`: of the time of all cores, 0 to 1. `othersCores`: taken by programs that are neither the lab's nor the model's; null where
 * a broker is no process of the lab.
 */
export const OccupancyWindow = Type.Object({
  cores: Type.Integer({ minimum: 1 }),
  idleShare: NumberOrNull,
  othersCores: NumberOrNull,
  before: Reading,
  after: Reading,
})
export type OccupancyWindow = Static<typeof OccupancyWindow>

// sync-rest and the bare chain side by side, for the rows that drive both in the same way.
import { syncRest } from '../../../sync-rest/lab/model.ts'
import { startBareChain } from '../setup/chain.ts'
import type { OpenContext, Side, Sides } from '../row.ts'
import { startServices } from '../setup/services.ts'

/** @param drive one round on the address, under a name that no other round has */
export async function openRestSides(
  context: OpenContext,
  drive: (url: string, runId: string) => ReturnType<Side>,
): Promise<Sides> {
  const chain = await startBareChain(context.ends)
  const { runtime } = await startServices(syncRest, context)
  return {
    lab: round => drive(runtime.url(syncRest.entry), `bench-lab-${round}`),
    reference: round => drive(chain.url, `bench-chain-${round}`),
  }
}

// The fault `duplicate`: every request to another service is sent once more. It is put around the requests that
// order_service makes, where the other faults are around the work that a service does.
// Guarantees: a duplicate has the request's own address, headers and bytes (and a mark), starts when the request has its
// connection (a request that was never sent is not duplicated), and goes by connections of its own. Nobody waits for its
// answer or reads more of it than that it came, and only an answered duplicate counts.
// Not promised: which of the two arrives first.
import { Agent, type Dispatcher, request } from 'undici'
import { closedObject } from '#common/contracts/parse.ts'
import { defineFault, type FaultSwitch } from '#common/faults/faults.ts'

/** The header that marks a duplicate. */
export const DUPLICATE = 'lab-duplicate'

const DEADLINE_MS = 5_000

/** Never through a proxy, like the requests that it repeats. */
const direct = new Agent()

export const duplicator = defineFault({
  name: 'duplicate',
  about: 'every request to another service is sent twice (`on`)',
  schema: closedObject({}),
  variable: 'DUPLICATE',
  fromText: () => ({}),
  wrap: next => next,
})

type Parts = { url: string; it: FaultSwitch<unknown> }

/** Goes into a pool of connections to `url`. */
export const duplicateRequests =
  ({ url, it }: Parts): Dispatcher.DispatcherComposeInterceptor =>
  dispatch =>
  (sent, handler) =>
    dispatch(sent, {
      onRequestStart(...start) {
        if (it.setting() !== undefined) it.inBackground(sendAgain(url, sent).then(it.injected, () => {}))
        handler.onRequestStart?.(...start)
      },
      onResponseStart: (...start) => handler.onResponseStart?.(...start),
      onResponseData: (...data) => handler.onResponseData?.(...data),
      onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
      onResponseError: (...error) => handler.onResponseError?.(...error),
    })

/** Resolves when the duplicate was answered, whatever the answer is. */
async function sendAgain(url: string, { path, method, headers: own, body }: Dispatcher.DispatchOptions): Promise<void> {
  const headers = Object.assign({ [DUPLICATE]: 'yes' }, own)
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const response = await request(url + path, { dispatcher: direct, method, headers, body, signal })
  await response.body.dump()
}

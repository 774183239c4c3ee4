import { assertNever, failure } from '@cufflink/contracts'

/** Where a service is in its life. `failed` in `draining`: it will end as `failed`, whatever the stop steps do. */
export type LifecycleState =
  | { readonly name: 'starting' }
  | { readonly name: 'running' }
  | { readonly name: 'draining'; readonly failed: boolean }
  | { readonly name: 'stopped' }
  | { readonly name: 'failed' }

export type LifecycleEvent =
  | { readonly type: 'started' }
  | { readonly type: 'stop requested' }
  | { readonly type: 'failure' }
  | { readonly type: 'drained' }

export const starting: LifecycleState = { name: 'starting' }

/**
 * The state after an event. An event that has no place in a state is a defect, except that a failure may come at any time
 * and a request to stop may be repeated.
 * @throws {CufflinkError} INTERNAL
 */
export function evolve(state: LifecycleState, event: LifecycleEvent): LifecycleState {
  switch (event.type) {
    case 'started':
      if (state.name === 'starting') return { name: 'running' }
      break
    case 'stop requested':
      return state.name === 'starting' || state.name === 'running'
        ? { name: 'draining', failed: false }
        : state
    case 'failure':
      return atRest(state) ? state : { name: 'draining', failed: true }
    case 'drained':
      if (state.name === 'draining') return state.failed ? { name: 'failed' } : { name: 'stopped' }
      break
    default:
      return assertNever(event)
  }
  throw failure('INTERNAL', { detail: `A life cycle cannot go from ${state.name} by "${event.type}".` })
}

/** Whether nothing more will happen. */
export const atRest = (state: LifecycleState): boolean => state.name === 'stopped' || state.name === 'failed'

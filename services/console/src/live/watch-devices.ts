import type { Registry } from '@cufflink/ledger'
import type { Views } from '@cufflink/views'

type Watched = Pick<Views, 'watch'>

/** Views whose watch tells, besides, of the patients who were given a device or have one no longer: that stands in the registry only. */
export const watchDevices = (views: Watched, registry: Pick<Registry, 'onChange'>): Watched => ({
  async watch(tenant, watcher) {
    const unwatch = await views.watch(tenant, watcher)
    const forget = registry.onChange((device, before) => {
      if (device.tenant !== tenant) return
      const assignments = [...device.assignments, ...(before?.assignments ?? [])]
      watcher.changed({ tenant, patients: [...new Set(assignments.map(({ patient }) => patient))] })
    })
    return () => {
      forget()
      unwatch()
    }
  },
})

import type { RegisteredDevice, Registry } from '@cufflink/directory'
import type { Views } from '@cufflink/views'

/** Whose device it is or was, by its record or the one that was replaced. */
export const patientsOf = (device: RegisteredDevice, before?: RegisteredDevice): readonly string[] => [
  ...new Set([...device.assignments, ...(before?.assignments ?? [])].map(({ patient }) => patient)),
]

type Watched = Pick<Views, 'watch'>

/** Views whose watch tells, besides, of the patients who were given a device or have one no longer: that stands in the registry only. */
export const watchDevices = (views: Watched, registry: Pick<Registry, 'onChange'>): Watched => ({
  async watch(tenant, watcher) {
    const unwatch = await views.watch(tenant, watcher)
    const forget = registry.onChange((device, before) => {
      if (device.tenant === tenant) watcher.changed({ tenant, patients: patientsOf(device, before) })
    })
    return () => {
      forget()
      unwatch()
    }
  },
})

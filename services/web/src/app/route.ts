import type { Role, Session } from '@cufflink/contracts'
import { operations } from '@cufflink/contracts/operations'

export type Route =
  | { readonly page: 'home' | 'ops' | 'unknown' }
  | { readonly page: 'practice' | 'dashboard' | 'changes' | 'entries'; readonly practice: string }
  | { readonly page: 'chart'; readonly practice: string; readonly patient: string }
  | { readonly page: 'month'; readonly practice: string; readonly month: string }
export type PageName = Route['page']

const slug = '[a-z0-9][a-z0-9-]{0,62}'
const practicePath = new RegExp(`^/practices/(?<practice>${slug})(?<rest>/.*)?$`)
const chartPath = new RegExp(`^/patients/(${slug})$`)
const monthPath = /^\/months\/(\d{4}-(?:0[1-9]|1[0-2]))$/

export const routeOf = (pathname: string): Route => {
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  if (path === '/') return { page: 'home' }
  if (path === '/ops') return { page: 'ops' }
  const { practice, rest = '' } = practicePath.exec(path)?.groups ?? {}
  return practice === undefined ? { page: 'unknown' } : withinPractice(practice, rest)
}

const withinPractice = (practice: string, rest: string): Route => {
  if (rest === '') return { page: 'practice', practice }
  if (rest === '/dashboard') return { page: 'dashboard', practice }
  if (rest === '/changes') return { page: 'changes', practice }
  if (rest === '/entries') return { page: 'entries', practice }
  const patient = chartPath.exec(rest)?.[1]
  if (patient !== undefined) return { page: 'chart', practice, patient }
  const month = monthPath.exec(rest)?.[1]
  return month === undefined ? { page: 'unknown' } : { page: 'month', practice, month }
}

export const pathOfPractice = (practice: string): string => `/practices/${practice}`
export const pathOfChart = (practice: string, patient: string): string =>
  `${pathOfPractice(practice)}/patients/${patient}`
export const pathOfMonth = (practice: string, month: string): string =>
  `${pathOfPractice(practice)}/months/${month}`
export const pathOfDashboard = (practice: string): string => `${pathOfPractice(practice)}/dashboard`
export const pathOfChanges = (practice: string): string => `${pathOfPractice(practice)}/changes`
export const pathOfEntries = (practice: string): string => `${pathOfPractice(practice)}/entries`

/** What a page reads decides who may open it; the server's table says who that is. */
const access = {
  practice: operations.livePractice.access,
  chart: operations.livePatient.access,
  month: operations.liveMonth.access,
  dashboard: operations.forecastCodes.access,
  changes: operations.listChanges.access,
  entries: operations.listEntries.access,
  ops: operations.liveOps.access,
} as const satisfies Partial<Record<PageName, readonly Role[]>>

/** Whether someone with these roles may open a page; home and what is unknown are everybody's. */
export const mayOpen = (page: PageName, roles: readonly Role[]): boolean => {
  if (page === 'home' || page === 'unknown') return true
  const allowed: readonly Role[] = access[page]
  return allowed.some((role) => roles.includes(role))
}

export type PageLink = { readonly page: PageName; readonly name: string; readonly path: string }

/** The pages that somebody's roles allow, in the order of the navigation; `month` is the one to be closed. */
export const pagesOf = ({ roles, practice: { id } }: Session, month: string): readonly PageLink[] => {
  const pages: readonly PageLink[] = [
    { page: 'practice', name: 'Patients', path: pathOfPractice(id) },
    { page: 'dashboard', name: 'Dashboard', path: pathOfDashboard(id) },
    { page: 'month', name: 'Month close', path: pathOfMonth(id, month) },
    { page: 'changes', name: 'Changes', path: pathOfChanges(id) },
    { page: 'entries', name: 'Approvals', path: pathOfEntries(id) },
    { page: 'ops', name: 'Operations', path: '/ops' },
  ]
  return pages.filter(({ page }) => mayOpen(page, roles))
}

/** The page that someone begins with. */
export const homeOf = ({ roles, practice: { id } }: Session): string =>
  mayOpen('practice', roles) ? pathOfPractice(id) : '/ops'

export type Route =
  | { readonly page: 'practices' }
  | { readonly page: 'practice'; readonly practice: string }
  | { readonly page: 'ops' }
  | { readonly page: 'unknown' }

const practicePath = /^\/practices\/([a-z0-9][a-z0-9-]{0,62})$/

export const routeOf = (pathname: string): Route => {
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname
  if (path === '/') return { page: 'practices' }
  if (path === '/ops') return { page: 'ops' }
  const practice = practicePath.exec(path)?.[1]
  return practice === undefined ? { page: 'unknown' } : { page: 'practice', practice }
}

export const pathOfPractice = (practice: string): string => `/practices/${practice}`

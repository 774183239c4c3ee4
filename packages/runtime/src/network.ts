import { isIPv6 } from 'node:net'

/** An address as limits count it: someone who has one IPv6 address has the rest of its network of 64 bits as well (RFC 6177). */
export function networkOf(address: string): string {
  return networksOf(address)[1]
}

/** The network that the site of an address is likely to have (IPv4 /24, IPv6 /48), and in it the address as limits count it. */
export function networksOf(address: string): readonly [site: string, address: string] {
  const groups = ipv6GroupsOf(address)
  if (groups !== undefined) return [groups.slice(0, 3).join(':'), groups.slice(0, 4).join(':')]
  const own = address.replace(/^::ffff:/i, '')
  return [own.split('.').slice(0, 3).join('.'), own]
}

/** Its eight groups; undefined of an IPv4 address, also of a mapped one. */
function ipv6GroupsOf(address: string): readonly string[] | undefined {
  if (!isIPv6(address) || /^::ffff:\d+\./i.test(address)) return undefined
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - rest.length }, () => '0')
  return [...groups, ...zeros, ...rest].map((group) => Number.parseInt(group, 16).toString(16))
}

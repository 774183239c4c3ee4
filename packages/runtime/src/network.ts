import { isIPv6 } from 'node:net'

/** An address as limits count it: someone who has one IPv6 address has the rest of its network of 64 bits as well (RFC 6177). */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? 0 : tail.split(':').length
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - rest }, () => '0')
  const whole = [...groups, ...zeros, ...(tail?.split(':') ?? [])]
  return whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

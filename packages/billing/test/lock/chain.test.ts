import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type ChainRow, type ChainSeal, canonical, chained, GENESIS, verifyChain } from '../../src/index.ts'

const sha256 = (text: string): string => hash('sha256', text, 'hex')
const tenant = 'riverside'

/** Closings of a practice, one after the other, each of so many invented lines. */
function closings(counts: readonly number[]): { rows: ChainRow[]; seals: ChainSeal[] } {
  const rows: ChainRow[] = []
  const seals: ChainSeal[] = []
  let previous = GENESIS
  counts.forEach((count, index) => {
    const closing = `c-${index}`
    const month = `2026-${String(index + 1).padStart(2, '0')}`
    const first = previous
    for (let sequence = 1; sequence <= count; sequence += 1) {
      const line = { patient: `p-${sequence}`, code: '99457', from: `${month}-01`, to: `${month}-28` }
      const billed = { ...line, units: 1, amountCents: 5177, ruleSet: 'medicare-2026' }
      const evidence = { seconds: 1200 + sequence, notes: [{ text: 'invented' }], nothing: undefined }
      const data = chained(tenant, { ...billed, closing, sequence, previous, evidence }, sha256)
      rows.push({ tenant, data })
      previous = data.hash
    }
    seals.push({ tenant, data: { closing, month, count, previous: first, head: previous } })
  })
  return { rows, seals }
}

const faults = (rows: readonly ChainRow[], seals: readonly ChainSeal[]) => verifyChain(rows, seals, sha256)

/** Another digit or letter in its place; `undefined` for what is neither. */
function another(character: string): string | undefined {
  if (/\d/.test(character)) return String((Number(character) + 1) % 10)
  if (/[a-y]/.test(character)) return String.fromCharCode(character.charCodeAt(0) + 1)
  return undefined
}

describe('the chain of evidence', () => {
  const { rows, seals } = closings([3, 4])

  test('is whole as it was made, also when a row came twice', () => {
    assert.deepEqual(faults(rows, seals), [])
    assert.deepEqual(faults([rows[0]!, ...rows], seals), [])
  })

  test('shows one changed byte, wherever in a row it is', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (which, where) => {
        const index = which % rows.length
        const text = JSON.stringify(rows[index]!.data)
        const at = where % text.length
        const byte = another(text[at]!)
        fc.pre(byte !== undefined)
        const changed = JSON.parse(text.slice(0, at) + byte + text.slice(at + 1)) as ChainRow['data']
        assert.ok(faults(rows.with(index, { tenant, data: changed }), seals).length > 0)
      }),
      { numRuns: 2_000 },
    )
  })

  test('shows another row under the number of one, between two deliveries of that one', () => {
    const [one] = rows as [ChainRow]
    const { hash: _, ...rest } = one.data
    const other = { tenant, data: chained(tenant, { ...rest, units: 9 }, sha256) }
    const found = faults([one, other, ...rows], seals)
    assert.deepEqual(found, [{ closing: 'c-0', sequence: 1, fault: 'out-of-order' }])
  })

  test('shows another row under the number of one, wherever it stands beside it', () => {
    rows.forEach((row, index) => {
      const { hash: _, ...rest } = row.data
      const other = { tenant, data: chained(tenant, { ...rest, units: 9 }, sha256) }
      const { closing, sequence } = row.data
      for (const at of [index, index + 1]) {
        const found = faults(rows.toSpliced(at, 0, other), seals)
        assert.ok(
          found.some((one) => one.closing === closing && one.sequence === sequence),
          `at ${at}`,
        )
      }
    })
  })

  test('shows a dropped row, by its number', () => {
    rows.forEach(({ data: { closing, sequence } }, index) => {
      const found = faults(rows.toSpliced(index, 1), seals)
      assert.deepEqual(found, [{ closing, sequence, fault: 'missing' }])
    })
  })

  test('shows two swapped rows, as they lie or with their numbers exchanged', () => {
    for (let index = 0; index + 1 < rows.length; index += 1) {
      const [a, b] = [rows[index]!, rows[index + 1]!]
      if (a.data.closing !== b.data.closing) continue
      const swapped = rows.with(index, b).with(index + 1, a)
      assert.ok(faults(swapped, seals).some(({ fault }) => fault === 'out-of-order'))
      const renamed = (row: ChainRow, as: ChainRow): ChainRow => {
        const { hash: _, ...rest } = row.data
        return { tenant, data: chained(tenant, { ...rest, sequence: as.data.sequence }, sha256) }
      }
      assert.ok(faults(rows.with(index, renamed(b, a)).with(index + 1, renamed(a, b)), seals).length > 0)
    }
  })

  test('shows a cut tail, a missing seal, a forged seal and a fork', () => {
    assert.deepEqual(faults(rows.slice(0, -1), seals), [{ closing: 'c-1', sequence: 4, fault: 'missing' }])
    assert.deepEqual(faults(rows, seals.slice(0, 1)), [{ closing: 'c-1', sequence: 0, fault: 'unsealed' }])
    assert.ok(faults(rows.slice(3), seals.slice(1)).some(({ fault }) => fault === 'missing'))
    const [first, second] = seals as [ChainSeal, ChainSeal]
    const shorter: ChainSeal = { ...second, data: { ...second.data, count: 3 } }
    assert.ok(faults(rows, [first, shorter]).some(({ sequence }) => sequence === 0))
    const fork = closings([2]).seals[0]!
    const forked: ChainSeal = { ...fork, data: { ...fork.data, closing: 'c-9' } }
    assert.ok(faults(rows, [...seals, forked]).some(({ fault }) => fault === 'forked'))
  })

  test('does not depend on the order of keys, nor on what was left out', () => {
    assert.equal(canonical({ b: 1, a: [{ d: undefined, c: null }] }), '{"a":[{"c":null}],"b":1}')
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(canonical(JSON.parse(canonical(value)) as unknown), canonical(value))
      }),
    )
  })
})

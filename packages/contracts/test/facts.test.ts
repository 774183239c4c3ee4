import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  CufflinkError,
  decodeFact,
  type Fact,
  factSchemas,
  isFact,
  keyOf,
  topicNames,
  topicOf,
} from '../src/index.ts'

const fixtures = new URL('../fixtures/', import.meta.url)
const fixture = (name: string): readonly unknown[] =>
  JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), 'utf8'))
const versions = Object.entries(factSchemas).flatMap(([type, { versions }]) =>
  versions.map((_, index) => `${type}.v${index + 1}`),
)
const allFacts = versions.flatMap((name) =>
  fixture(name).map((content) => decodeFact(JSON.stringify(content))),
)

const messageOf = (text: string): string => {
  try {
    decodeFact(text)
  } catch (error) {
    assert.ok(error instanceof CufflinkError)
    assert.equal(error.code, 'FACT_UNREADABLE')
    assert.equal(error.cause, undefined)
    return error.message
  }
  return assert.fail('it was taken for a fact')
}

describe('the fixtures', () => {
  test('are there for every version of every fact, and for nothing else', () => {
    const present = readdirSync(fixtures).map((file) => file.replace(/\.json$/, ''))
    assert.deepEqual(present.sort(), [...versions].sort())
    for (const name of versions) assert.ok(fixture(name).length > 0, name)
  })

  for (const name of versions) {
    test(`of ${name} are facts of that type and version`, () => {
      for (const content of fixture(name)) {
        const fact = decodeFact(JSON.stringify(content))
        assert.equal(`${fact.type}.v${fact.v}`, name)
        assert.deepEqual(fact, content)
      }
    })
  }

  for (const name of versions) {
    test(`of ${name} with a field more, or a field less, are no facts`, () => {
      for (const content of fixture(name) as readonly Fact[]) {
        assert.ok(!isFact({ ...content, more: 1 }))
        assert.ok(!isFact({ ...content, data: { ...content.data, more: 1 } }))
        for (const field of Object.keys(content)) assert.ok(!isFact(without(content, field)), field)
      }
    })
  }
})

const without = (value: object, key: string): object =>
  Object.fromEntries(Object.entries(value).filter(([held]) => held !== key))

describe('a ledger record', () => {
  test('that is no fact is refused without a word of it', () => {
    for (const text of [
      'Jane Doe 128/82',
      '{"type":"reading.recorded","v":1,"name":"Jane Doe',
      '',
      'null',
      '[]',
      '7',
    ]) {
      const message = messageOf(text)
      assert.doesNotMatch(message, /Jane|128/)
    }
    for (const fact of allFacts) {
      for (const changed of [
        { ...fact, v: 99 },
        { ...fact, v: 0 },
        { ...fact, v: '1' },
        { ...fact, v: 0.5 },
        { ...fact, type: 'Jane Doe' },
        { ...fact, type: 'constructor' },
        { ...fact, type: '__proto__' },
        { ...fact, at: Number.NaN },
        { ...fact, tenant: 'Jane Doe' },
      ]) {
        assert.doesNotMatch(messageOf(JSON.stringify(changed)), /Jane/)
      }
    }
  })

  test('may be any text at all', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void messageOf(text)))
    fc.assert(fc.property(fc.anything(), (value) => assert.equal(isFact(value), false)))
  })
})

describe('where a fact lies', () => {
  test('every fact has a topic that there is', () => {
    for (const fact of allFacts) assert.ok(topicNames.includes(topicOf(fact.type)))
  })

  test('its key is its patient, or what else it is about', () => {
    const about: Readonly<Partial<Record<string, string>>> = {
      'practice.opened': 'riverside',
      'practice.configured': 'riverside',
      'month.closed': 'riverside',
      'credential.changed': 'riverside',
      'user.registered': 'user/nurse-ada',
      'user.signed-out': 'sign-out/nurse-ada',
      'device.registered': 'cuff-0001',
      'reading.parked': 'cuff-0001',
      'reading.placed': 'cuff-0001',
      'reading.dismissed': 'cuff-0001',
      'payload.rejected': 'cuff-0001',
    }
    for (const name of versions) {
      const [first] = fixture(name) as readonly Fact[]
      assert.ok(first !== undefined)
      const isRecord = name === 'device.registered.v2' || name === 'user.registered.v2'
      const own = isRecord ? `#${first.id}` : ''
      assert.equal(keyOf(first), `${about[first.type] ?? 'riverside/p-0001'}${own}`, name)
    }
  })

  test('patients of two practices never share a key', () => {
    const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/)
    const enrolled = allFacts.find((fact) => fact.type === 'patient.enrolled')
    const keyIn = (tenant: string, patient: string): string => {
      assert.ok(enrolled !== undefined)
      return keyOf({ ...enrolled, tenant, data: { ...enrolled.data, patient } } as Fact)
    }
    fc.assert(
      fc.property(slug, slug, slug, slug, (practice, patient, otherPractice, otherPatient) => {
        const same = practice === otherPractice && patient === otherPatient
        assert.equal(keyIn(practice, patient) === keyIn(otherPractice, otherPatient), same)
      }),
    )
  })
})

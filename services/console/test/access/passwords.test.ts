import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { describe, test } from 'node:test'
import { createPasswords } from '../../src/access/passwords.ts'

const passwords = createPasswords(() => performance.now())
const lane = { groups: ['tests'], known: false }
const hashPassword = (password: string) => passwords.hash(password, lane)
const isPassword = (password: string, phc: string | undefined) => passwords.matches(password, phc, lane)

/** A hash as a console with other settings would have made it. */
function hashedWith(password: string, { memory, passes }: { memory: number; passes: number }): string {
  const nonce = Buffer.alloc(16, 7)
  const message = password
  const tag = argon2Sync('argon2id', { message, nonce, parallelism: 1, memory, passes, tagLength: 32 })
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${text(nonce)}$${text(tag)}`
}

const medianMs = async (act: () => Promise<unknown>): Promise<number> => {
  const times: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const from = performance.now()
    await act()
    times.push(performance.now() - from)
  }
  return times.toSorted((a, b) => a - b)[2]!
}

describe('A password', () => {
  test('is kept as an argon2id string in the PHC format, with a salt of its own', async () => {
    const [first, second] = await Promise.all(['correct horse', 'correct horse'].map(hashPassword))
    for (const phc of [first!, second!]) {
      assert.match(phc, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
      assert.ok(!phc.includes('correct'))
    }
    assert.notEqual(first, second)
  })

  test('is known again, and no other is, in whatever form its letters were typed', async () => {
    const phc = await hashPassword('crème brûlée')
    assert.ok(await isPassword('crème brûlée', phc))
    assert.ok(await isPassword('crème brûlée'.normalize('NFD'), phc))
    for (const wrong of ['creme brulee', 'crème brûlée ', 'Crème brûlée', '', phc])
      assert.equal(await isPassword(wrong, phc), false, wrong)
  })

  test('that was hashed with other settings is known too', async () => {
    for (const settings of [
      { memory: 8_192, passes: 1 },
      { memory: 32_768, passes: 3 },
    ]) {
      const phc = hashedWith('an older password', settings)
      assert.ok(await isPassword('an older password', phc), phc)
      assert.equal(await isPassword('another password', phc), false)
    }
  })

  test('of no one is none, and takes as long to refuse', async () => {
    const phc = await hashPassword('correct horse')
    assert.equal(await isPassword('', undefined), false)
    const [known, unknown] = [
      await medianMs(() => isPassword('wrong', phc)),
      await medianMs(() => isPassword('wrong', undefined)),
    ]
    assert.ok(unknown > known / 3 && unknown < known * 3, `${unknown} ms against ${known} ms`)
  })

  test('that is wrong puts who said it behind those who come later', async () => {
    const phc = hashedWith('correct horse', { memory: 8_192, passes: 1 })
    const order: string[] = []
    const say = async (who: string) => {
      await passwords.matches('wrong', phc, { groups: [who], known: false })
      order.push(who)
    }
    await Promise.all([...Array.from({ length: 30 }, () => say('flood')), say('ada')])
    // Two are looked at at once: of the last two either may end first.
    assert.ok(order.indexOf('ada') < 20, order.join())
  })
})

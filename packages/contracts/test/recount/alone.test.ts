import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const folder = join(import.meta.dirname, '../../src/recount')

test('the recount shares no code with the program: it imports nothing but its own files', () => {
  const files = readdirSync(folder)
  assert.ok(files.length > 1)
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    const sources = [...text.matchAll(/(?:from|import) '(?<source>[^']*)'/g)].map(
      ({ groups }) => groups!['source']!,
    )
    for (const source of sources) assert.match(source, /^\.\/[a-z-]+\.ts$/, `${file} imports ${source}`)
  }
})

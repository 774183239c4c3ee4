import { readdirSync, readFileSync } from 'node:fs'

/** One change to one source file that the tests must notice. `at` is where in the text `from` stands. */
export type Mutant = {
  readonly file: string
  readonly at: number
  readonly from: string
  readonly to: string
  readonly line: number
}

const swaps: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
}
const comparison = / (<=|>=|===|!==|<|>) /g
const extreme = /Math\.(min|max)(?=\()/g
/** A number of the rule data: a threshold or a rate. */
const figure = /(?<=\b(?!year)\w+: )\d[\d_]*(?=,| )/g

/**
 * Every comparison of every source file turned into its neighbour, every smaller of two into the larger and the reverse,
 * and every figure of the rule data one more and one less.
 */
export function allMutants(root: URL, packages: readonly string[]): readonly Mutant[] {
  return packages
    .flatMap((name) =>
      readdirSync(new URL(`${name}/src/`, root), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => `${name}/src/${file}`),
    )
    .toSorted()
    .flatMap((file) => mutantsOf(file, readFileSync(new URL(file, root), 'utf8')))
}

function mutantsOf(file: string, text: string): readonly Mutant[] {
  const found = (expression: RegExp, change: (from: string) => readonly string[]): readonly Mutant[] =>
    [...text.matchAll(expression)].flatMap(({ index, 0: from }) => {
      const before = text.slice(0, index)
      const start = before.slice(before.lastIndexOf('\n') + 1).trim()
      if (/^(\/\/|\*|\/\*)/.test(start)) return []
      const line = before.split('\n').length
      return change(from).map((to) => ({ file, at: index, from, to, line }))
    })
  return [
    ...found(comparison, (from) => [` ${swaps[from.trim()] ?? from.trim()} `]),
    ...found(extreme, (from) => [from === 'Math.min' ? 'Math.max' : 'Math.min']),
    ...(file.endsWith('medicare.ts')
      ? found(figure, (from) => [1, -1].map((step) => String(Number(from.replaceAll('_', '')) + step)))
      : []),
  ]
}

/** So many of them, drawn without repetition; the same for the same seed. */
export function sampleOf<Item>(
  items: readonly Item[],
  { size, seed }: { size: number; seed: number },
): readonly Item[] {
  const rest = [...items]
  let state = seed
  return Array.from({ length: Math.min(size, items.length) }, () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0
    return rest.splice(state % rest.length, 1)
  }).flat()
}

export const patched = (text: string, { at, from, to }: Mutant): string =>
  text.slice(0, at) + to + text.slice(at + from.length)

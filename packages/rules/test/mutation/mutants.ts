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
const threshold = /(?<=^ {2}\w+: )\d[\d_]*(?=,$)/gm

/** Every comparison of every source file turned into its neighbour, and every threshold of the rule data one more and one less. */
export function allMutants(root: URL): readonly Mutant[] {
  return readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .toSorted()
    .flatMap((name) => mutantsOf(`src/${name}`, readFileSync(new URL(`src/${name}`, root), 'utf8')))
}

function mutantsOf(file: string, text: string): readonly Mutant[] {
  const at = (index: number): { line: number; start: string } => {
    const before = text.slice(0, index)
    return { line: before.split('\n').length, start: text.slice(before.lastIndexOf('\n') + 1, index).trim() }
  }
  const comparisons = [...text.matchAll(comparison)].flatMap(({ index, 1: from = '' }) => {
    const { line, start } = at(index)
    const isComment = /^(\/\/|\*|\/\*)/.test(start)
    return isComment ? [] : [{ file, at: index + 1, from, to: swaps[from] ?? from, line }]
  })
  const thresholds = file.endsWith('medicare.ts')
    ? [...text.matchAll(threshold)].flatMap(({ index, 0: from }) =>
        [1, -1].map((step) => ({
          file,
          at: index,
          from,
          to: String(Number(from.replaceAll('_', '')) + step),
          line: at(index).line,
        })),
      )
    : []
  return [...comparisons, ...thresholds]
}

export const patched = (text: string, { at, from, to }: Mutant): string =>
  text.slice(0, at) + to + text.slice(at + from.length)

/** Columns of a batch; row i is the i-th element of each. */
export type Rows = {
  readonly topics: readonly number[]
  readonly partitions: readonly number[]
  readonly keys: readonly string[]
  readonly texts: readonly string[]
}

/** `run` names the start of this ledger in each commit. */
export type WriterData = { readonly path: string; readonly run: string }

/** The answer to a batch: the offset of each row, or why it was not written; `errcode` is SQLite's. */
export type WriterAnswer =
  | { readonly type: 'written'; readonly offsets: readonly number[] }
  | { readonly type: 'failed'; readonly reason: string; readonly errcode?: number }

/** What every thread is told after a commit of any of them: the partitions, as topic and partition, that grew. */
export type Appended = { readonly type: 'appended'; readonly grew: readonly (readonly [number, number])[] }

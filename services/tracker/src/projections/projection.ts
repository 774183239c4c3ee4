import type { Fact } from '@cufflink/contracts'

/**
 * How the facts of one topic become documents: pure, so that the same facts in any order give the same documents.
 * A fact touches at most one document; its key also says whose patient's page changes.
 */
export type Projection<Document> = {
  /** The document a fact folds into; `undefined` for a fact of no interest here. */
  target(fact: Fact): Target | undefined
  /** `offset` is the fact's on its partition. The very same document comes back when the fact adds nothing. */
  fold(document: Document | undefined, fact: Fact, offset: number): Document
  encode(document: Document): Uint8Array
  decode(bytes: Uint8Array): Document
}

export type Target = {
  readonly key: string
  /** The patient whose row changes with it. */
  readonly patient?: string
  /** Sets that list what there is. */
  readonly members?: readonly { readonly set: string; readonly member: string }[]
}

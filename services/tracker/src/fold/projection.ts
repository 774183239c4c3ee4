import type { Fact } from '@cufflink/contracts'

/**
 * How facts fold into documents of one kind: pure, so that the same facts in any order give the same documents.
 * `offset` is the fact's on its partition. The very same document comes back when the fact adds nothing.
 */
export type DocumentKind<Document> = {
  fold(document: Document | undefined, fact: Fact, offset: number): Document
  encode(document: Document): Uint8Array
  decode(bytes: Uint8Array): Document
}

/** A document that a fact folds into. */
export type Target = {
  readonly key: string
  readonly kind: DocumentKind<unknown>
  /** The patient whose pages change with it. */
  readonly patient?: string
  /** Sets that list what there is. */
  readonly members?: readonly { readonly set: string; readonly member: string }[]
}

/** The documents that a fact of a topic folds into, and the offset at which it lies; none for a fact of no interest there. */
export type Projection = (fact: Fact, offset: number) => readonly Target[]

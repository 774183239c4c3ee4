/** What a form was filled in with, by the names of its fields. A box that is not ticked is absent. */
export type Fields = Readonly<Record<string, string | undefined>>

/** As `base`, with some of it in another way. (A spread would freeze what its getters tell: how much is queued, which process it is.) */
export const overlaid = <Base extends object>(base: Base, more: Partial<Base>): Base =>
  Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(base),
      ...Object.getOwnPropertyDescriptors(more),
    },
  ) as Base

import { CheckField } from './field.tsx'

/** A length that is more likely a mistake is confirmed before it is sent; another length is confirmed again. */
export const ConfirmLength = ({ text }: { text: string }) => (
  <CheckField key={text} required label={`Yes, it took ${text} without a break`} />
)

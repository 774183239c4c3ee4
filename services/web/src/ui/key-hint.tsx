import { useSingleKeys } from './use-single-keys.ts'

/** The key of a command, beside its name; nothing where single keys are turned off. */
export const KeyHint = ({ children }: { children: string }) => {
  const [areOn] = useSingleKeys()
  return areOn ? <kbd>{children}</kbd> : null
}

import { groupDigits, rateGroups } from './group-digits.ts'

type NumberProps = { value: number; testId?: string }

/** A number with its thousands set apart by space alone, so that its text content stays the number. */
const Groups = ({ groups, testId }: { groups: readonly string[]; testId: string | undefined }) => (
  <span className="number" data-testid={testId}>
    {groups.map((group, index) => (
      <span key={index}>{group}</span>
    ))}
  </span>
)

export const Count = ({ value, testId }: NumberProps) => (
  <Groups groups={groupDigits(value)} testId={testId} />
)

export const Rate = ({ value, testId }: NumberProps) => <Groups groups={rateGroups(value)} testId={testId} />

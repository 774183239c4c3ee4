import { SelectField } from '../../ui/form/field.tsx'
import { useChart } from '../chart-context.ts'

/** One of the practice who may order and bill E/M visits; the one of the last order is offered first. */
export const PractitionerField = ({ hint }: { hint: string }) => {
  const { practitioners, file } = useChart().chart
  const last = file.orders.at(-1)?.practitioner
  const isKnown = practitioners.some(({ user }) => user === last)
  return (
    <SelectField
      label="Practitioner"
      name="practitioner"
      required
      choices={[
        { value: '', label: practitioners.length === 0 ? 'No one here may: add a physician' : 'Choose' },
        ...practitioners.map(({ user, name, credential }) => ({
          value: user,
          label: `${name}, ${credential.toLowerCase()}`,
        })),
      ]}
      defaultValue={isKnown ? last : ''}
      hint={hint}
    />
  )
}

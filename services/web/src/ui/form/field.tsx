import type { ComponentProps, ReactNode } from 'react'
import { useId } from 'react'

type Named = { label: string; hint?: string | undefined; wide?: boolean }
type FieldProps = Named & { children: (described: string | undefined) => ReactNode }

/** A label over its control, and a hint under it that is read with it. */
export const Field = ({ label, hint, wide = false, children }: FieldProps) => {
  const id = useId()
  return (
    <div className="field" data-wide={wide}>
      <label>
        <span className="field-name">{label}</span>
        {children(hint === undefined ? undefined : id)}
      </label>
      {hint === undefined ? null : (
        <small id={id} className="field-hint">
          {hint}
        </small>
      )}
    </div>
  )
}

export const TextField = ({ label, hint, wide = false, ...input }: Named & ComponentProps<'input'>) => (
  <Field label={label} hint={hint} wide={wide}>
    {(described) => <input autoComplete="off" {...input} aria-describedby={described} />}
  </Field>
)

export const TextArea = ({ label, hint, wide = true, ...input }: Named & ComponentProps<'textarea'>) => (
  <Field label={label} hint={hint} wide={wide}>
    {(described) => <textarea {...input} aria-describedby={described} />}
  </Field>
)

export type Choice = { readonly value: string; readonly label: string }

type SelectProps = Named & ComponentProps<'select'> & { choices: readonly Choice[] }

export const SelectField = ({ label, hint, wide = false, choices, ...select }: SelectProps) => (
  <Field label={label} hint={hint} wide={wide}>
    {(described) => (
      <select {...select} aria-describedby={described}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    )}
  </Field>
)

/** The words of a value, as choices in their order. */
export const choicesOf = (words: Readonly<Record<string, string>>): readonly Choice[] =>
  Object.entries(words).map(([value, label]) => ({ value, label }))

export const CheckField = ({ label, ...input }: { label: string } & ComponentProps<'input'>) => (
  <label className="field-check">
    <input {...input} type="checkbox" />
    {label}
  </label>
)

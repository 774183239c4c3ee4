import { useState } from 'react'
import { Dialog } from '../../ui/form/dialog.tsx'
import { TextField } from '../../ui/form/field.tsx'
import { api } from './api.ts'
import { withoutDoubt } from './doubt.ts'
import { fieldOf } from './field-of.ts'
import { passwordFault } from './password-fault.ts'
import { refusalText } from './refusal-text.ts'

/** Changes one’s own password; every other session of the person ends. */
export const ChangePassword = ({ onClose }: { onClose: () => void }) => {
  const [fault, setFault] = useState<string>()
  const [phase, setPhase] = useState<'open' | 'busy' | 'done'>('open')

  const change = async (form: FormData): Promise<void> => {
    const [current, next, again] = [fieldOf(form, 'current'), fieldOf(form, 'next'), fieldOf(form, 'again')]
    const wrong = passwordFault({ current, next, again })
    setFault(wrong)
    if (wrong !== undefined) return
    setPhase('busy')
    try {
      await withoutDoubt(() => api.call('changePassword', { body: { current, next } }))
      setPhase('done')
    } catch (error) {
      setFault(refusalText(error))
      setPhase('open')
    }
  }

  return (
    <Dialog title="Change password" onClose={onClose}>
      {phase === 'done' ? (
        <Changed onClose={onClose} />
      ) : (
        <form
          className="change-password"
          aria-busy={phase === 'busy'}
          onSubmit={(event) => {
            event.preventDefault()
            if (phase === 'open') void change(new FormData(event.currentTarget))
          }}
        >
          <PasswordField name="current" label="Current password" autoComplete="current-password" />
          <PasswordField
            name="next"
            label="New password"
            hint="At least ten characters."
            autoComplete="new-password"
          />
          <PasswordField name="again" label="New password again" autoComplete="new-password" />
          {fault === undefined ? null : (
            <p className="refusal" role="alert">
              {fault}
            </p>
          )}
          <div className="form-end">
            <button type="submit" className="act" data-tone="usual" aria-disabled={phase === 'busy'}>
              Change password
            </button>
            <button type="button" className="act" data-tone="quiet" onClick={onClose}>
              Cancel
            </button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

const Changed = ({ onClose }: { onClose: () => void }) => (
  <>
    <p role="status">The password is changed. You are signed out everywhere else.</p>
    <div className="form-end">
      <button type="button" className="act" data-tone="usual" onClick={onClose}>
        Close
      </button>
    </div>
  </>
)

type PasswordFieldProps = { name: string; label: string; hint?: string; autoComplete: string }

const PasswordField = (field: PasswordFieldProps) => (
  <TextField type="password" maxLength={200} required {...field} />
)

import type { Session } from '@cufflink/contracts'
import { useState } from 'react'
import { TextField } from '../../ui/form/field.tsx'
import '../../ui/form/form.css'
import { Mark } from '../../ui/mark.tsx'
import { Page } from '../../ui/page.tsx'
import { plainApi } from './api.ts'
import { fieldOf } from './field-of.ts'
import { signInText } from './refusal-text.ts'
import './session.css'

type SignInPageProps = { over: boolean; onSignedIn: (session: Session) => void }

export const SignInPage = ({ over, onSignedIn }: SignInPageProps) => (
  <Page title="Sign in">
    <main className="sign-in">
      <h1>
        <Mark />
        Cufflink
      </h1>
      {over ? <p role="status">Your session has ended. Sign in to go on where you were.</p> : null}
      <SignInForm onSignedIn={onSignedIn} />
    </main>
  </Page>
)

const SignInForm = ({ onSignedIn }: Pick<SignInPageProps, 'onSignedIn'>) => {
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  const signIn = async (form: FormData): Promise<void> => {
    setBusy(true)
    setRefusal(undefined)
    try {
      const user = fieldOf(form, 'user').trim().toLowerCase()
      onSignedIn(await plainApi.call('signIn', { body: { user, password: fieldOf(form, 'password') } }))
    } catch (error) {
      setRefusal(signInText(error))
      setBusy(false)
    }
  }

  return (
    <form
      aria-label="Sign in"
      aria-busy={isBusy}
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy) void signIn(new FormData(event.currentTarget))
      }}
    >
      <TextField
        label="User"
        name="user"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        required
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        maxLength={200}
        required
      />
      {refusal === undefined ? null : (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
      <button type="submit" className="act" data-tone="usual" aria-disabled={isBusy}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  )
}

import { useRef, useState } from 'react'
import { useSingleKeys } from '../../ui/use-single-keys.ts'
import { api } from './api.ts'
import { ChangePassword } from './change-password.tsx'
import { refusalText } from './refusal-text.ts'
import { useSession } from './session.ts'
import './session.css'

/** Who is signed in, where, and what they may do about it. */
export const PersonMenu = ({ onSignedOut }: { onSignedOut: () => void }) => {
  const { name, practice } = useSession()
  const [singleKeys, turnSingleKeys] = useSingleKeys()
  const [isChanging, setChanging] = useState(false)
  const [refusal, setRefusal] = useState<string>()
  const menu = useRef<HTMLDetailsElement>(null)
  const close = () => menu.current?.removeAttribute('open')

  const signOut = async (): Promise<void> => {
    try {
      await api.call('signOut', {})
      onSignedOut()
    } catch (error) {
      setRefusal(refusalText(error))
    }
  }

  return (
    <>
      <details
        ref={menu}
        className="person"
        onKeyDown={(event) => {
          if (event.key === 'Escape') close()
        }}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) close()
        }}
      >
        <summary data-testid="person">
          <bdi className="person-name">{name}</bdi>
          <span className="person-practice">{practice.name}</span>
        </summary>
        <div className="person-menu">
          <button
            type="button"
            onClick={() => {
              close()
              setChanging(true)
            }}
          >
            Change password
          </button>
          <label>
            <input
              type="checkbox"
              role="switch"
              checked={singleKeys}
              onChange={({ target }) => turnSingleKeys(target.checked)}
            />
            Shortcuts by single keys
          </label>
          <button type="button" onClick={() => void signOut()}>
            Sign out
          </button>
          {refusal === undefined ? null : (
            <p className="refusal" role="alert">
              {refusal}
            </p>
          )}
        </div>
      </details>
      {isChanging ? <ChangePassword onClose={() => setChanging(false)} /> : null}
    </>
  )
}

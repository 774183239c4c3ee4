import { useEffect } from 'react'
import { go, Link } from '../shell/navigation.tsx'
import { Notice } from '../shell/notice.tsx'
import { Page } from '../shell/page.tsx'
import { pathOfPractice } from '../shell/route.ts'
import type { Practices, PracticesAnswer } from './fetch-practices.ts'
import { usePractices } from './use-practices.ts'

export const PracticesPage = () => (
  <Page title="Practices">
    <Answered answer={usePractices()} />
  </Page>
)

const Answered = ({ answer }: { answer: PracticesAnswer | undefined }) => {
  if (answer === undefined) return <Notice heading="Looking for practices…" />
  if (answer.answer === 'failed') {
    return (
      <Notice heading="The practices cannot be listed" tone="warning">
        <p role="status" aria-live="polite">
          {answer.reason} Trying again by itself.
        </p>
      </Notice>
    )
  }
  const [first, ...others] = answer.practices
  if (first === undefined) return <NoPractice />
  return others.length === 0 ? <Forward practice={first.id} /> : <Several practices={answer.practices} />
}

/** With one practice there is nothing to choose. */
const Forward = ({ practice }: { practice: string }) => {
  useEffect(() => go(pathOfPractice(practice), 'replace'), [practice])
  return null
}

const NoPractice = () => (
  <Notice heading="There is no practice yet">
    <p>Add one on the command line; this shows what it takes:</p>
    <pre>
      <code>npm run cufflink -- practice add --help</code>
    </pre>
    <p className="quiet">This page goes on by itself as soon as there is one.</p>
  </Notice>
)

const Several = ({ practices }: { practices: Practices }) => (
  <section className="chooser">
    <h1>Practices</h1>
    <ul>
      {practices.map(({ id, name, zone }) => (
        <li key={id}>
          <Link to={pathOfPractice(id)}>
            <strong>{name}</strong>
            <span className="quiet">{zone.replaceAll('_', ' ')}</span>
          </Link>
        </li>
      ))}
    </ul>
  </section>
)

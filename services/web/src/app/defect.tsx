import type { ReactNode } from 'react'
import { Component } from 'react'
import { Notice } from '../ui/notice.tsx'

type DefectProps = { children: ReactNode }
type DefectState = { failed: boolean }

/** A page that throws while it renders says so, instead of leaving the window blank. React knows this only as a class. */
export class Defect extends Component<DefectProps, DefectState> {
  override state: DefectState = { failed: false }

  static getDerivedStateFromError(): DefectState {
    return { failed: true }
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <Notice heading="This page has a defect" tone="warning">
        <p>It could not show what the server sent. Nothing is lost: the readings are in the ledger.</p>
        <button type="button" onClick={() => window.location.reload()}>
          Reload the page
        </button>
      </Notice>
    )
  }
}

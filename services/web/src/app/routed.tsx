import type { Session } from '@cufflink/contracts'
import { useEffect } from 'react'
import { ChartPage } from '../chart/chart-page.tsx'
import { DashboardPage } from '../dashboard/dashboard-page.tsx'
import { MonthPage } from '../month/month-page.tsx'
import { OpsPage } from '../ops/ops-page.tsx'
import { ChangesPage } from '../queues/changes-page.tsx'
import { EntriesPage } from '../queues/entries-page.tsx'
import { Notice } from '../ui/notice.tsx'
import { Page } from '../ui/page.tsx'
import type { ListView, OnView } from '../worklist/list-view.ts'
import { PracticePage } from '../worklist/practice-page.tsx'
import { go, Link } from './navigation.tsx'
import type { Route } from './route.ts'
import { homeOf, mayOpen } from './route.ts'

type RoutedProps = {
  session: Session
  route: Route
  view: ListView
  onView: OnView
}

/** The page of an address, for those who may open it. */
export const Routed = ({ session, route, view, onView }: RoutedProps) => {
  if (!mayOpen(route.page, session.roles)) return <NotAllowed />
  if ('practice' in route && route.practice !== session.practice.id) return <NotYours />
  switch (route.page) {
    case 'home':
      return <Home path={homeOf(session)} />
    case 'practice':
      return <PracticePage {...{ practice: route.practice, view, onView }} />
    case 'chart':
      return <ChartPage key={route.patient} practice={route.practice} patient={route.patient} />
    case 'month':
      return <MonthPage key={route.month} practice={route.practice} month={route.month} />
    case 'dashboard':
      return <DashboardPage practice={route.practice} />
    case 'changes':
      return <ChangesPage practice={route.practice} />
    case 'entries':
      return <EntriesPage practice={route.practice} />
    case 'ops':
      return <OpsPage />
    case 'unknown':
      return (
        <Elsewhere heading="There is nothing at this address">Perhaps the address was cut short.</Elsewhere>
      )
  }
}

/** Everybody begins with the page they work with. */
const Home = ({ path }: { path: string }) => {
  useEffect(() => go(path, 'replace'), [path])
  return null
}

const NotAllowed = () => (
  <Elsewhere heading="This page is not among those of your roles">
    An administrator of your practice can give you the role.
  </Elsewhere>
)

const NotYours = () => (
  <Elsewhere heading="This is not your practice">You see the patients of your own practice alone.</Elsewhere>
)

const Elsewhere = ({ heading, children }: { heading: string; children: string }) => (
  <Page title={heading}>
    <Notice heading={heading}>
      <p>
        {children} <Link to="/">Go to your first page</Link>.
      </p>
    </Notice>
  </Page>
)

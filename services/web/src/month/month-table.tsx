import type { MonthLine } from '@cufflink/contracts'
import type { Dispatch } from 'react'
import { memo, useState } from 'react'
import { Count } from '../ui/number.tsx'
import { dollarsText } from '../ui/words.ts'
import type { LineAct } from './lines/line-acts.ts'
import { LineRow } from './lines/line-row.tsx'
import './month-table.css'
import type { Selection, SelectionEvent } from './selection.ts'
import { nothing, pickedOf } from './selection.ts'
import type { Groups, Standing } from './sheet.ts'
import { lineName, standings, standingWords, totalOf } from './sheet.ts'

type Acting = {
  practice: string
  select: Dispatch<SelectionEvent>
  onAct: (act: LineAct) => void
}
/** `none`: what is said when no line is there. */
type MonthTableProps = Acting & { groups: Groups; selection: Selection; none: string }

const columns = [
  { name: 'Pick', unseen: true },
  { name: 'Patient', unseen: false },
  { name: 'Code', unseen: false },
  { name: 'Dates', unseen: false },
  { name: 'Why', unseen: false },
  { name: 'Amount', unseen: false },
  { name: 'Actions', unseen: true },
] as const

/** Roles are written out because the table is laid out in blocks and grids, and browsers then forget what they are. */
export const MonthTable = memo(({ groups, selection, none, ...acting }: MonthTableProps) => {
  const shown = standings.filter((standing) => (groups.get(standing) ?? []).length > 0)
  if (shown.length === 0) return <p className="empty">{none}</p>
  return (
    <table className="month-table" role="table" aria-label="Lines of the month">
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, unseen }) => (
            <th key={name} role="columnheader" scope="col">
              {unseen ? <span className="unseen">{name}</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      {shown.map((standing) => (
        <Group
          key={standing}
          standing={standing}
          lines={groups.get(standing) ?? []}
          selection={standing === 'ready' ? selection : nothing}
          {...acting}
        />
      ))}
    </table>
  )
})
MonthTable.displayName = 'MonthTable'

/** So many rows are laid out, or left alone, together. */
const chunkRows = 50
/** So many rows are there before anybody asks for more. */
const firstRows = 500

type GroupProps = Acting & { standing: Standing; lines: readonly MonthLine[]; selection: Selection }

const Group = ({ standing, lines, selection, ...acting }: GroupProps) => {
  const [all, setAll] = useState(false)
  const shown = all || lines.length <= firstRows ? lines : lines.slice(0, firstRows)
  const starts = Array.from({ length: Math.ceil(shown.length / chunkRows) }, (_, index) => index * chunkRows)
  return (
    <>
      <GroupHead standing={standing} lines={lines} selection={selection} select={acting.select} />
      {starts.map((start) => (
        <Chunk key={start} lines={shown.slice(start, start + chunkRows)} selection={selection} {...acting} />
      ))}
      {shown.length === lines.length ? null : (
        <tbody role="rowgroup">
          <tr role="row" className="month-more">
            <td role="cell">
              <button type="button" className="act" data-tone="quiet" onClick={() => setAll(true)}>
                Show all {lines.length}
              </button>
            </td>
          </tr>
        </tbody>
      )}
    </>
  )
}

const GroupHead = ({
  standing,
  lines,
  selection,
  select,
}: Pick<GroupProps, 'standing' | 'lines' | 'selection' | 'select'>) => {
  const total = totalOf(lines)
  const all = lines.length > 0 && pickedOf(lines, selection).length === lines.length
  return (
    <tbody role="rowgroup" className="month-group" data-standing={standing}>
      <tr role="row">
        <td role="cell">
          {standing === 'ready' ? (
            <input
              type="checkbox"
              aria-label="Pick all that are shown and ready"
              checked={all}
              onChange={() => select({ type: 'set', lines, picked: !all })}
            />
          ) : null}
        </td>
        <th role="rowheader" scope="rowgroup">
          {standingWords[standing]} <Count value={total.lines} />
        </th>
        <td role="cell" className="numeric">
          {total.cents === 0 ? '' : dollarsText(total.cents)}
        </td>
      </tr>
    </tbody>
  )
}

type ChunkProps = Acting & { lines: readonly MonthLine[]; selection: Selection }

/** Rows that did not change are not looked at one by one. */
const isSameChunk = (a: ChunkProps, b: ChunkProps): boolean =>
  a.practice === b.practice &&
  a.lines.length === b.lines.length &&
  a.lines.every((line, index) => line === b.lines[index]) &&
  (a.selection === b.selection || a.lines.every((line) => isPicked(a, line) === isPicked(b, line)))

const isPicked = ({ selection }: ChunkProps, line: MonthLine): boolean => selection.has(lineName(line))

const Chunk = memo(
  ({ lines, selection, ...acting }: ChunkProps) => (
    <tbody role="rowgroup" className="month-chunk" style={{ ['--rows' as string]: lines.length }}>
      {lines.map((line) => (
        <LineRow key={lineName(line)} line={line} picked={selection.has(lineName(line))} {...acting} />
      ))}
    </tbody>
  ),
  isSameChunk,
)
Chunk.displayName = 'Chunk'

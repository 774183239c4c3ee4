/** Of a list that was put together although some patients could not be read: how many, as what waits for them is not in it. */
export const Unread = ({ patients }: { patients: number }) =>
  patients === 0 ? null : (
    <p className="empty" role="alert">
      △ {patients === 1 ? 'One patient' : `${patients} patients`} could not be read (PATIENT_NOT_EVALUATED).
      What waits for them is not shown here.
    </p>
  )

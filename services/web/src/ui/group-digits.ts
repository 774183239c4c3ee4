/** `1234567` → `1`, `234`, `567` */
export const groupDigits = (value: number): readonly string[] =>
  String(Math.round(value)).split(/(?<=\d)(?=(?:\d{3})+$)/)

/** A rate as digits: tenths only where they tell something. */
export const rateGroups = (perSecond: number): readonly string[] =>
  perSecond >= 100 ? groupDigits(perSecond) : [perSecond.toFixed(1)]

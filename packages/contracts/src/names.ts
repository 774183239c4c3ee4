/**
 * What may stand in a name that a person types: no control characters (line breaks and tabs are some), and none of the characters that
 * set the direction of text (Unicode Bidi_Control), with which a name could change how what stands beside it reads.
 */
export const namePattern =
  '^[^\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]*$'

/** What is said of a name that does not match, after what it is called. */
export const nameFault =
  'must not have line breaks, tabs, control characters or characters that set the direction of text'

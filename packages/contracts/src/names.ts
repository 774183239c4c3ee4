/** The characters that set the direction of text (Unicode Bidi_Control), and the separators of lines and paragraphs between them. */
const turning = '\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069'

/**
 * What may stand in a name that a person types: no control characters (line breaks and tabs are some), and none of the characters that
 * set the direction of text, with which a name could change how what stands beside it reads.
 */
export const namePattern = `^[^\\u0000-\\u001f\\u007f-\\u009f${turning}]*$`

/** What is said of a name that does not match, after what it is called. */
export const nameFault =
  'must not have line breaks, tabs, control characters or characters that set the direction of text'

/** What may stand in a reason or a note that a person types: as in a name, and line breaks and tabs. */
export const textPattern = `^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f${turning}]*$`

/** What is said of a text that does not match, after what it is called. */
export const textFault = 'must not have control characters or characters that set the direction of text'

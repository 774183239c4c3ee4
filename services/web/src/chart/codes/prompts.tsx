import { useChart } from '../chart-context.ts'

/** What the month's record still lacks; nothing, when nothing is lacking. */
export const Prompts = () => {
  const { prompts } = useChart().chart
  if (prompts.length === 0) return null
  return (
    <section className="chart-part prompts" aria-labelledby="prompts">
      <h2 id="prompts">Before this month can be locked</h2>
      <ul>
        {prompts.map(({ prompt, text }) => (
          <li key={prompt} data-testid="prompt" data-prompt={prompt}>
            <span className="box" aria-hidden="true" />
            {text}
          </li>
        ))}
      </ul>
    </section>
  )
}

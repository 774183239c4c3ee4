export const UpMark = ({ isUp }: { isUp: boolean }) => (
  <span className="up-mark" data-up={isUp}>
    <span aria-hidden="true">{isUp ? '●' : '▲'}</span> {isUp ? 'up' : 'down'}
  </span>
)

type EngineStatusProps = { port: string; engine: string; isUp: boolean }

export const EngineStatus = ({ port, engine, isUp }: EngineStatusProps) => (
  <div>
    <dt>{port}</dt>
    <dd>
      {engine} <UpMark isUp={isUp} />
    </dd>
  </div>
)

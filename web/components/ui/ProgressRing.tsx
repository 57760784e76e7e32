/** A small circle that fills; with `null` it waits. */
export const ProgressRing = ({ percent }: { readonly percent: number | null }) => (
  <svg className={percent === null ? 'ring ring-waiting' : 'ring'} viewBox="0 0 20 20" aria-hidden="true">
    <circle className="ring-track" cx="10" cy="10" r="7.5" pathLength={100} />
    {percent !== null && (
      <circle
        className="ring-value"
        cx="10"
        cy="10"
        r="7.5"
        pathLength={100}
        strokeDasharray={`${percent} 100`}
      />
    )}
  </svg>
);

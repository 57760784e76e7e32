export const ThreadSkeleton = () => (
  <div className="thread-skeleton" role="status">
    <span className="visually-hidden">Loading the conversation</span>
    {[62, 84, 48].map((width) => (
      <div key={width} className="thread-skeleton-row">
        <span className="skeleton skeleton-face" />
        <div>
          <span className="skeleton" style={{ inlineSize: '7rem' }} />
          <span className="skeleton" style={{ inlineSize: `${width}%` }} />
        </div>
      </div>
    ))}
  </div>
);

/** The sign of the house: a safelight. */
export const Mark = ({ size = 26 }: { readonly size?: number }) => (
  <svg className="mark" width={size} height={size} viewBox="0 0 26 26" aria-hidden="true">
    <circle className="mark-light" cx="13" cy="13" r="9" />
    <path className="mark-shade" d="M13 4a9 9 0 0 1 0 18c2.9-2.3 4.5-5.4 4.5-9S15.9 6.3 13 4z" />
    <circle className="mark-ring" cx="13" cy="13" r="11.5" fill="none" />
  </svg>
);

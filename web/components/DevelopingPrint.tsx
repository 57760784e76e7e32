/** The picture beside the sign-in: a print that comes up in the tray under the safelight. */
export const DevelopingPrint = () => (
  <div className="tray" aria-hidden="true">
    <div className="print">
      <svg viewBox="0 0 480 600" preserveAspectRatio="xMidYMid slice" role="presentation">
        <defs>
          <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="#233a63" />
            <stop offset=".45" stopColor="#b9627a" />
            <stop offset=".75" stopColor="#f6a368" />
            <stop offset="1" stopColor="#fbd9a1" />
          </linearGradient>
          <linearGradient id="lake" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="#f1b07f" />
            <stop offset=".5" stopColor="#8f5877" />
            <stop offset="1" stopColor="#1d2745" />
          </linearGradient>
          <radialGradient id="sun">
            <stop offset="0" stopColor="#fff6dc" />
            <stop offset=".25" stopColor="#ffdf9e" />
            <stop offset="1" stopColor="#ffdf9e" stopOpacity="0" />
          </radialGradient>
        </defs>
        <rect width="480" height="600" fill="url(#sky)" />
        <circle cx="312" cy="272" r="120" fill="url(#sun)" />
        <circle cx="312" cy="272" r="30" fill="#fff3d3" />
        <path
          d="M0 300 62 246l38 26 70-92 52 58 34-24 62 72 48-34 54 40 60-22v140H0z"
          fill="#7d5a80"
          opacity=".75"
        />
        <path d="M0 340 48 312l66 30 76-84 74 78 44-26 70 46 52-30 50 24v90H0z" fill="#4d3b66" opacity=".9" />
        <path d="M0 384l70-26 84 22 60-34 92 36 74-20 100 26v40H0z" fill="#2b2547" />
        <rect y="404" width="480" height="196" fill="url(#lake)" />
        <g fill="#ffe3b0">
          <rect x="278" y="418" width="68" height="2.5" rx="1" opacity=".9" />
          <rect x="262" y="434" width="98" height="2.5" rx="1" opacity=".6" />
          <rect x="288" y="450" width="50" height="2.5" rx="1" opacity=".7" />
          <rect x="270" y="470" width="86" height="2" rx="1" opacity=".35" />
          <rect x="296" y="492" width="38" height="2" rx="1" opacity=".3" />
        </g>
        <path d="M0 404h480v6c-60 5-108 0-168 5s-92-3-156 1S52 412 0 416z" fill="#fff" opacity=".14" />
        <path
          d="M18 600c6-60 0-96 8-150 7 50 4 92 12 150zM52 600c4-44 1-70 7-112 6 40 4 70 9 112z"
          fill="#12142a"
        />
        <path
          d="M418 600c5-66 0-110 9-176 8 60 5 112 13 176zM452 600c4-40 1-66 7-104 5 36 4 66 9 104z"
          fill="#12142a"
        />
      </svg>
      <div className="print-undeveloped" />
    </div>
    <p className="tray-prompt">“misty mountains over a lake at sunset”</p>
  </div>
);

/** What a secret looks like that somebody leaves in a file by mistake, by what issues it. */
const patterns: Readonly<Record<string, RegExp>> = {
  'a private key': /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/]{32}/,
  'a key of AWS': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  'a token of GitHub': /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})/,
  'a token of GitLab': /\bglpat-[A-Za-z0-9_-]{20,}/,
  'a token of npm': /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*[^\s$]{8,}/,
  'a token of Slack': /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
  'a key of Stripe': /\b[rs]k_live_[A-Za-z0-9]{20,}/,
  'a key of OpenAI or Anthropic': /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}/,
  'a key of Google': /\bAIza[0-9A-Za-z_-]{35}\b/,
  'a token (JWT)': /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/,
  'a password in an address':
    /\b[a-z][a-z+]*:\/\/[^\s:/@'"`$<>{}]+:(?!\$|…|\.\.\.|pass|secret|pw\b)[^\s:/@'"`$<>{}]{8,}@/,
  'a secret that is set':
    /(?:secret|password|passwd|api_?key|access_?token)["']?\s*[:=]\s*["']?(?=[A-Za-z0-9+/_-]*[0-9])(?=[A-Za-z0-9+/_-]*[A-Z])(?=[A-Za-z0-9+/_-]*[a-z])[A-Za-z0-9+/_-]{24,}/i,
};

/** Names of files that hold secrets and nothing else. */
const names =
  /(?:^|\/)(?:\.env(?:\.(?!example$)\w+)?|\.npmrc|\.netrc|id_(?:rsa|dsa|ecdsa|ed25519)|.+\.(?:p12|pfx|jks|keystore))$/;

/** What in this file looks like a secret, by kind and line. */
export const findSecrets = (path: string, text: string): readonly string[] => [
  ...(names.test(path) ? [`${path}: a file of secrets`] : []),
  ...text.split('\n').flatMap((_, index, lines) => {
    // A key's first line follows its heading.
    const line = lines.slice(index, index + 2).join('\n');
    return Object.entries(patterns).flatMap(([kind, pattern]) => {
      const found = pattern.exec(line);
      return found !== null && found.index <= (lines[index]?.length ?? 0)
        ? [`${path}:${index + 1}: ${kind}`]
        : [];
    });
  }),
];

const special = /[.*+?^${}()|[\]\\/]/g;

/** Whether a path is written as a regular expression between slashes, such as `/^\/v[12]\//`. */
const isExpression = (pattern: string): boolean =>
  pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/') && /[\\^$()[\]|?+]/.test(pattern);

/**
 * What `match.path` means: `*` stands for anything but a slash, `**` for anything, and a regular expression stands
 * between slashes. Throws a SyntaxError when that expression is wrong.
 */
export function pathPattern(pattern: string): RegExp {
  if (isExpression(pattern)) return new RegExp(pattern.slice(1, -1));
  const parts = pattern.split('**').map((part) =>
    part
      .split('*')
      .map((text) => text.replace(special, '\\$&'))
      .join('[^/]*'),
  );
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** Words that stand before `by (…)` or between two operands without being a metric. */
const operators = new Set(
  (
    'sum min max avg group count stddev stdvar topk bottomk quantile count_values limitk limit_ratio ' +
    'and or unless atan2 bool offset inf nan'
  ).split(' '),
);
/** Words whose parentheses hold labels. */
const labelLists = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

const token =
  /\s+|#.*|\$\w+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\[[^\]]*\]|(?<braces>\{(?:[^}"'`]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})|(?<word>[A-Za-z_:][\w:]*)|[\d.][\w.]*|./gy;

/**
 * The series that a query reads, `name{label="x"}` each. Not a parser of PromQL: a word that is no operator, no function
 * and no list of labels is the name of a metric. What it gets wrong costs a look that is not known to be new.
 */
export function selectors(query: string): readonly string[] {
  const found = new Set<string>();
  let name: string | undefined;
  const close = (braces = '') => {
    if (name !== undefined || braces !== '') found.add(`${name ?? ''}${braces}`);
    name = undefined;
  };
  const tokens = [...query.matchAll(token)].filter(([text]) => !/^(\s|#)/.test(text));
  for (let index = 0; index < tokens.length; index++) {
    const { word, braces } = tokens[index]?.groups ?? {};
    close(braces);
    if (word === undefined) continue;
    const isCall = tokens[index + 1]?.[0] === '(';
    if (labelLists.has(word.toLowerCase())) {
      while (isCall && index < tokens.length && tokens[index]?.[0] !== ')') index++;
    } else if (!isCall && !operators.has(word.toLowerCase())) name = word;
  }
  close();
  return [...found];
}

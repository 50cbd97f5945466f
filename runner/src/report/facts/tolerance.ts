import type { Texts } from '../text/en.ts';

/** A tolerance such as `< 0.5 s` in plain words; as it is where it is of another form. */
export function toleranceInWords(expected: string, { tolerance }: Texts): string {
  const [, least, most] = /^(-?[\d.e+]+) to (.+)$/.exec(expected) ?? [];
  if (least !== undefined && most !== undefined) return tolerance.between(least, most);
  const [, sign, bound = ''] = /^([<≤>≥=≠]) (.+)$/.exec(expected) ?? [];
  switch (sign) {
    case '<':
      return tolerance.less(bound);
    case '≤':
      return tolerance.atMost(bound);
    case '>':
      return tolerance.more(bound);
    case '≥':
      return tolerance.atLeast(bound);
    case '=':
      return tolerance.exactly(bound);
    case '≠':
      return tolerance.not(bound);
    default:
      return expected;
  }
}

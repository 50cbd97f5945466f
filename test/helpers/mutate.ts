// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { parse, stringify } from 'yaml';

/** A stream of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;
type Mutation = (text: string, random: Random) => string;

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)] as T;

/** Every map and list of a document with the keys in it. */
function places(value: unknown): { readonly holder: Record<string, unknown>; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...places(holder[key])]);
}

const onDocument =
  (change: (holder: Record<string, unknown>, key: string, random: Random) => void): Mutation =>
  (text, random) => {
    const document = parse(text) as unknown;
    const { holder, key } = pick(places(document), random);
    change(holder, key, random);
    return stringify(document);
  };

const others: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x',
  '${x}',
  [],
  {},
  [[]],
  { type: 'x' },
  '\u0000',
  'a\nb',
];

/** What can happen to a file, by name. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'a key is deleted': onDocument((holder, key) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  }),
  'a key is renamed': onDocument((holder, key, random) => {
    const value = holder[key];
    delete holder[key];
    const at = Math.floor(random() * key.length);
    holder[`${key.slice(0, at)}z${key.slice(at + 1)}`] = value;
  }),
  'a value is of another type': onDocument((holder, key, random) => {
    holder[key] = pick(others, random);
  }),
  'a value moves': onDocument((holder, key, random) => {
    const from = pick(places(holder), random);
    holder[key] = structuredClone(from.holder[from.key]);
  }),
  'the text is cut': (text, random) => text.slice(0, Math.floor(random() * text.length)),
  'a line is lost': (text, random) => {
    const lines = text.split('\n');
    lines.splice(Math.floor(random() * lines.length), 1);
    return lines.join('\n');
  },
  'a line moves to the right': (text, random) => {
    const lines = text.split('\n');
    const at = Math.floor(random() * lines.length);
    lines[at] = `   ${lines[at]}`;
    return lines.join('\n');
  },
  'a sign gets in': (text, random) => {
    const at = Math.floor(random() * text.length);
    return text.slice(0, at) + pick([...'{}[]:,&*!|>%@`#"\'\t-?', '\u0000', '\ufffd', '${'], random) + text.slice(at);
  },
};

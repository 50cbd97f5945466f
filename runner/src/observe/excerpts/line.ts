/** A line of a log that could be read. */
export interface LogLine {
  readonly source: string;
  readonly atMs: number;
  readonly isTrouble: boolean;
  /** As it was written, at most 2,000 characters: {@link presentable} before anyone sees it. */
  readonly text: string;
  /** Lines of the same kind differ in numbers and ids only. */
  readonly kind: string;
  readonly traceId?: string;
}

const levels: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  warning: 40,
  error: 50,
  fatal: 60,
};
const warning = 40;
/** Told elsewhere, or of use to machines only. */
const left = new Set(['level', 'time', 'service', 'msg', 'pid', 'hostname', 'span_id', 'trace_id', 'stack']);
const secret = /authorization|cookie|token|passw(or)?d|secret|api[-_]?key|credential/i;
const mostCharacters = 300;
/** Of a line of megabytes this much is looked at: what is shown is shorter still. */
const mostRead = 2_000;

/** The lines of a log, oldest first. What is no JSON (a stack, a database's line) has the time of the line before it. */
export function* readLines(source: string, text: string): Generator<LogLine> {
  let lastMs = 0;
  for (const raw of text.split('\n')) {
    if (raw.trim() === '') continue;
    const line = jsonLine(source, raw) ?? plainLine(source, raw, lastMs);
    lastMs = line.atMs;
    yield line;
  }
}

function jsonLine(source: string, raw: string): LogLine | undefined {
  if (!raw.startsWith('{')) return undefined;
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { level, time, msg, trace_id: traceId } = entry;
  const atMs = typeof time === 'number' ? time : Date.parse(String(time));
  if (!Number.isFinite(atMs)) return undefined;
  const rank = typeof level === 'number' ? level : (levels[String(level).toLowerCase()] ?? 0);
  const name = nameOf(rank);
  const message = typeof msg === 'string' ? msg : '';
  const more = Object.entries(entry).filter(([key]) => !left.has(key));
  const text = [name, message, ...more.map(([key, value]) => `${key}=${shown(key, value)}`)].filter(Boolean).join(' ');
  return {
    source,
    atMs,
    isTrouble: rank >= warning,
    text: text.slice(0, mostRead),
    kind: kindOf(source, (message || text).slice(0, mostRead)),
    ...(typeof traceId === 'string' ? { traceId } : {}),
  };
}

/** PostgreSQL's lines begin with their time; Node.js' own last words have none. */
function plainLine(source: string, raw: string, lastMs: number): LogLine {
  const [, date, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) (?:UTC|GMT)\b/.exec(raw) ?? [];
  const atMs = date === undefined ? lastMs : Date.parse(`${date}T${time}Z`);
  const isTrouble = /\b(warn(ing)?|fatal|panic|uncaught)\b|(error|exception)\b/i.test(raw.slice(0, mostRead));
  const text = raw.slice(0, mostRead).replace(/^\d{4}-\d\d-\d\d \S+ (UTC|GMT) (\[\d+\] )?/, '');
  return { source, atMs, isTrouble, text, kind: kindOf(source, text) };
}

const nameOf = (rank: number): string => (rank >= 60 ? 'FATAL' : rank >= 50 ? 'ERROR' : rank >= 40 ? 'WARN' : '');

/** An error says what it says in its message; its stack is for the log. */
function shown(key: string, value: unknown): string {
  if (secret.test(key)) return '***';
  if (typeof value !== 'object' || value === null) return String(value);
  const { message, code } = value as Record<string, unknown>;
  if (typeof message === 'string') return [code, message].filter((part) => typeof part === 'string').join(' ');
  return JSON.stringify(value, (name, inner) => (secret.test(name) ? '***' : inner)) ?? '';
}

/** What looks like a secret in plain text: after its name, after Bearer or Basic, in a URL, or a JWT. */
export const masked = (text: string): string =>
  text
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 ***')
    .replace(
      /("?[\w-]{0,40}(?:authorization|cookie|token|passw(?:or)?d|secret|api[-_]?key|credential)[\w-]{0,40}"?\s{0,8}[:=]\s{0,8})("[^"]*"|'[^']*'|(?!\*\*\*)(?!(?:bearer|basic) \*)[^\s,;}&]+)/gi,
      '$1***',
    )
    .replace(/(\w:\/\/[^\s:/@]*):[^\s/@]+@/g, '$1:***@')
    .replace(/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/g, '***');

/** Without secrets and short. */
export const presentable = (text: string): string => cut(masked(text));

export const cut = (text: string): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;

const kindOf = (source: string, message: string): string =>
  `${source}\n${message.replace(/[\da-f]{8,}(-[\da-f]+)*|\d+(\.\d+)?/gi, '#').slice(0, 120)}`;

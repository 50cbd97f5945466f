/** What a command is: a row of the table in commands/index.ts, from which parsing, `--help` and the reference derive. */
import type { Settings } from './settings.ts';

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given more than once; the value is then a list. */
  readonly multiple?: true;
  /** The placeholder in the help, such as FILE. */
  readonly value?: string;
  /** The only words that it takes; the help shows them where it has no placeholder. */
  readonly choices?: readonly string[];
  readonly description: string;
  /** For the help only: what happens without the option. */
  readonly default?: string;
}

export interface Positional {
  readonly name: string;
  readonly description: string;
  /** At least this many, default 1. */
  readonly min?: number;
  /** At most this many, default 1. */
  readonly max?: number;
}

export interface Command {
  /** One or two words: `up`, `fault apply`. */
  readonly name: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly positional?: Positional;
  /** Set when everything after `--` is a command line of the user's. */
  readonly rest?: string;
  readonly examples: readonly string[];
  /** The command passes signals on to a program in the foreground; nothing else reacts to them. */
  readonly passesSignals?: true;
  readonly run: (invocation: Invocation) => Promise<Outcome>;
  /** With what a failure exits, where it is not by the error's code. */
  readonly exitCodeOf?: (error: unknown, values: Values) => number;
}

/** A parsed command line with what a command needs to act on it. */
export interface Invocation {
  readonly values: Values;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];
  readonly json: boolean;
  readonly settings: Settings;
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP; its reason is an {@link Interrupted}. */
  readonly signal: AbortSignal;
  /** One line for people, to stderr. */
  readonly progress: (line: string) => void;
}

export interface Values {
  readonly string: (name: string) => string | undefined;
  readonly strings: (name: string) => readonly string[];
  readonly boolean: (name: string) => boolean;
}

/** What a command answers: the document of `--json`, or the text, goes to stdout. */
export interface Outcome {
  /** Default 0. */
  readonly exitCode?: number;
  readonly json: unknown;
  readonly text?: string;
}

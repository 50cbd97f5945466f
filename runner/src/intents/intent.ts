/** A change to something outside this machine, written down before it is made, so that it can be undone by anybody. */
export interface Intent {
  readonly id: string;
  /** When it was written, ISO 8601. */
  readonly at: string;
  /** What knows how to undo it: a key of the table in undoers.ts, such as aws. */
  readonly kind: string;
  /** For people: `stops i-0abc in ap-northeast-2`. */
  readonly what: string;
  /** For people, what undoing does; null: nothing can undo it, it is told and closed. */
  readonly undo: string | null;
  /** What undoing needs, and no secret. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The process that made it: while it lives, undoing is its own affair. */
  readonly owner: { readonly host: string; readonly pid: number; readonly startTicks: number };
  /** open: perhaps done, perhaps not, and not undone. done: it stays so on purpose. undone: all is as before. */
  readonly state: 'open' | 'done' | 'undone';
}

/** What a kind of intent is undone by. Must be safe to call twice, and when nothing was done at all. */
export type Undo = (intent: Intent, call: UndoCall) => Promise<string>;

export interface UndoCall {
  readonly signal: AbortSignal;
  /** Only says what it would do, by looking. */
  readonly dry: boolean;
}

import type { Path } from '../source.ts';

export interface Placed<T> {
  readonly value: T;
  readonly path: Path;
}

/** Whether the schema found something wrong at or below a path, or could not look there yet. */
export type Broken = (path: Path) => boolean;

export type Report = (path: Path, message: string) => void;

/** What an activity or a probe is looked at with. */
export interface Surroundings {
  /** The experiment's. */
  readonly file: string;
  /** Groups of secrets. */
  readonly groups: readonly string[];
  readonly hasLoad: boolean;
  /** Whether the method does anything. */
  readonly acts: boolean;
  readonly isRollback?: boolean;
}

/** The items of a list that the schema found nothing wrong with. */
export function sound<T>(list: unknown, path: Path, broken: Broken): readonly Placed<T>[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  return items.flatMap((value, index) =>
    broken([...path, index]) ? [] : [{ value: value as T, path: [...path, index] }],
  );
}

export function unique(
  items: readonly { readonly name: string; readonly path: Path }[],
  what: string,
  report: Report,
): void {
  const seen = new Set<string>();
  for (const { name, path } of items) {
    if (seen.has(name)) report(path, `another ${what} is called "${name}" too: names tell results apart`);
    seen.add(name);
  }
}

import type { Controls } from '../../experiment/context.ts';
import { isObject } from '../../is-object.ts';
import type { ActivityRecord } from '../../journal/recording.ts';

/** Holds a run before each of its activities until someone outside has come to the same one. */
export interface Pace {
  readonly controls: (signal: AbortSignal) => Controls;
  /** Lets the next activity of this name begin; resolves with how it went. */
  readonly pass: (name: string) => Promise<ActivityRecord | undefined>;
  /** Resolves when the steady state was judged and the method is about to begin. */
  readonly steady: Promise<void>;
}

interface Gate {
  readonly opened: PromiseWithResolvers<void>;
  readonly passed: PromiseWithResolvers<ActivityRecord | undefined>;
}

export function newPace(): Pace {
  const steady = Promise.withResolvers<void>();
  /** By name: activities of the same name pass in their order. Who comes first, the run or its caller, makes the gate. */
  const gates = new Map<string, Gate[]>();
  const arrived = new Map<string, number>();
  const called = new Map<string, number>();
  const underWay = new Map<unknown, Gate>();
  let isOpen = false;

  const gate = (name: string, counts: Map<string, number>): Gate => {
    const index = counts.get(name) ?? 0;
    counts.set(name, index + 1);
    const list = gates.get(name) ?? [];
    gates.set(name, list);
    list[index] ??= { opened: Promise.withResolvers(), passed: Promise.withResolvers() };
    return list[index];
  };

  const controls = (signal: AbortSignal): Controls => {
    const cut = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    cut.catch(() => {}); // nobody may be waiting when it happens
    return {
      before: async (level, subject) => {
        if (level === 'method') steady.resolve();
        // Chaos Toolkit has come to its end, or has gone: what is left is undone without it.
        if (level === 'rollback') isOpen = true;
        if (level !== 'activity' || isOpen) return;
        const one = gate(nameOf(subject), arrived);
        underWay.set(subject, one);
        await Promise.race([one.opened.promise, cut]);
      },
      after: async (level, subject, record) => {
        if (level === 'activity') underWay.get(subject)?.passed.resolve(record as ActivityRecord | undefined);
      },
    };
  };
  return {
    controls,
    steady: steady.promise,
    pass: (name) => {
      const one = gate(name, called);
      one.opened.resolve();
      return one.passed.promise;
    },
  };
}

const nameOf = (subject: unknown): string => (isObject(subject) ? String(subject.name) : '');

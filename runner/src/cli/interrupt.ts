import { Interrupted, signalExitCode } from './errors.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a second Ctrl-C does before it ends the process at once. */
const emergencies = new Set<() => void>();

/** Registers what must happen even when the user does not wait; safe to be called when there is nothing left to do. */
export const onForce = (action: () => void): void => void emergencies.add(action);

/** What a second Ctrl-C must not cut off; the third one does. */
let finishing: string | undefined;

/** While it lasts, a second Ctrl-C only tells what is being finished. */
export function finish(what: string): Disposable {
  finishing = what;
  return {
    [Symbol.dispose]() {
      finishing = undefined;
    },
  };
}

export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

/** For commands that pass signals on. */
export const uninterruptible: Interrupt = { signal: new AbortController().signal, [Symbol.dispose]() {} };

/** A signal that the first Ctrl-C (or SIGTERM, SIGHUP) aborts; the second one forces. */
export function interruptible(progress: (line: string) => void): Interrupt {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      if (finishing !== undefined) {
        progress(`${name}: finishing ${finishing}; once more leaves it undone`);
        finishing = undefined;
        return;
      }
      for (const action of emergencies) action();
      process.exit(signalExitCode(name));
    }
    progress(`${name}: stopping; once more forces`);
    controller.abort(new Interrupted(name));
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}

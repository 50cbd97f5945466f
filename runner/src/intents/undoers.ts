import type { Undo } from './intent.ts';

/** Who undoes which kind of intent, loaded when one is undone. */
const undoers: Readonly<Record<string, () => Promise<Undo>>> = {
  aws: async () => (await import('../providers/aws/undo.ts')).undoAws,
};

export const undoerOf = async (kind: string): Promise<Undo | undefined> => undoers[kind]?.();

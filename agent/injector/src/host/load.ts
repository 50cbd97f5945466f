import { createRequire } from 'node:module';

/** Loads a built-in module that only some effects need, when one of them does: each costs a program's start a little. */
export const load: NodeJS.Require = createRequire(process.execPath);

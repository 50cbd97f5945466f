import { integer, number, oneOf } from '@pado/fault/json-schema';

/** Which of the objects that fit are taken; Chaos Mesh's modes, random choices derive from `seed`. */
export const selection = {
  mode: oneOf(['one', 'all', 'fixed', 'fixed-percent', 'random-max-percent'], {
    description: 'how many are taken: one, all, fixed, fixed-percent or random-max-percent',
    default: 'one',
  }),
  value: number({ description: 'for fixed how many, else a share from 0 to 100', minimum: 0 }),
  seed: integer({ description: 'a whole number from which random choices derive', default: 0 }),
} as const;

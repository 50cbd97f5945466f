import { durationPattern } from './duration.ts';
import { array, map, type Notes, number, object, type Schema, string } from './json-schema.ts';
import { sizePattern } from './quantity.ts';

/** A duration; `description` ends up in error messages, so it always shows an example. */
export const duration = (what: string, notes: Omit<Notes, 'description'> = {}): Schema<string> =>
  string({ description: `${what}: a duration such as 250ms, 2s or 1m30s`, pattern: durationPattern, ...notes });

export const size = (what: string): Schema<string> =>
  string({ description: `${what}: a size such as 64Mi, or a share of the limit such as 50%`, pattern: sizePattern });

/** A share from 0 to 100. */
export const percent = (what: string, defaultValue?: number): Schema<number> =>
  number({
    description: `${what}: a number from 0 to 100`,
    minimum: 0,
    maximum: 100,
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  });

const patterns = (what: string): Schema<Readonly<Record<string, string>>> =>
  map(string({ description: 'a text; * stands for anything', maxLength: 1024 }), {
    description: what,
    maxProperties: 32,
  });

/** Which requests or connections an effect acts on; every field given must fit. */
export const match = object(
  {},
  {
    service: string({
      description: 'a service by name, such as payments; the agent resolves it to ports',
      minLength: 1,
      maxLength: 253,
    }),
    host: string({ description: 'a literal host, such as 127.0.0.1 or *.example.com', minLength: 1, maxLength: 253 }),
    port: number({ description: 'a port from 1 to 65535', minimum: 1, maximum: 65535 }),
    method: array(
      string({ description: 'an HTTP method in capitals, such as POST', pattern: '^[A-Z]+$', maxLength: 16 }),
      {
        description: 'a list of HTTP methods, such as [POST, PUT]',
        minItems: 1,
        maxItems: 16,
      },
    ),
    path: string({
      description:
        'a path glob such as /charges/* (** crosses slashes), or a regular expression between slashes such as /^\\/v[12]\\//',
      minLength: 1,
      maxLength: 1024,
    }),
    headers: patterns('request headers by name, such as {x-cohort: canary}'),
    baggage: patterns('W3C baggage by key, such as {pado.cohort: canary}'),
  },
  { description: 'which requests the effect acts on; every field given must fit' },
);

import { isObject } from '../is-object.ts';
import type { CallContext } from './provider.ts';

/** A shorter secret would take ordinary words apart, and is none. */
const shortest = 4;

type Secrets = CallContext['secrets'];
type SecretText = readonly [name: string, text: string];

/** The text with every secret value (also percent-encoded, as within a URL) replaced by `***`. */
export const redact = (text: string, secrets: Secrets): string =>
  replaceSecrets(text, secretTexts(secrets), () => '***');

/** Every secret that is a text or has texts in it, the longest first: one may be part of another. */
export const secretTexts = (secrets: Secrets): readonly SecretText[] =>
  Object.values(secrets)
    .flatMap((group) => Object.entries(group).flatMap(textsIn))
    .sort(([, one], [, other]) => other.length - one.length);

/** Within a URL a secret is written with escapes. */
export const replaceSecrets = (text: string, secrets: readonly SecretText[], by: (name: string) => string): string =>
  secrets.reduce(
    (left, [name, secret]) =>
      [secret, encodeURIComponent(secret)].reduce((rest, form) => rest.replaceAll(form, () => by(name)), left),
    text,
  );

function textsIn([name, value]: readonly [string, unknown]): SecretText[] {
  if (isObject(value)) return Object.values(value).flatMap((inner) => textsIn([name, inner]));
  return typeof value === 'string' && value.length >= shortest ? [[name, value]] : [];
}

/** A shorter secret would take ordinary words apart, and is none. */
const shortest = 4;

type Secrets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The text with every secret value (also percent-encoded, as within a URL) replaced by `***`. */
export function redact(text: string, secrets: Secrets): string {
  const values = Object.values(secrets)
    .flatMap((group) => Object.values(group))
    .filter((value): value is string => typeof value === 'string' && value.length >= shortest)
    .sort((a, b) => b.length - a.length);
  return values.reduce(
    (left, value) => left.replaceAll(value, '***').replaceAll(encodeURIComponent(value), '***'),
    text,
  );
}

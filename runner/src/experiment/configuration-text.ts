/** Reads a variable's text as `env_var_type` says; undefined when it cannot be read so. */
export function textAs(type: unknown, value: unknown): unknown {
  const text = String(value).trim();
  switch (type) {
    case 'int':
      return /^[+-]?\d+$/.test(text) ? Number(text) : typeof value === 'number' ? Math.trunc(value) : undefined;
    case 'float':
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : !['false', '0', 'no'].includes(text.toLowerCase());
    case 'json':
      return typeof value === 'string' && text !== '' ? parsed(text) : value;
    default:
      // Bytes are their text: a journal holds nothing else.
      return value;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

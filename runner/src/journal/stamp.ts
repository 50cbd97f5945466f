/** A time as Python's `isoformat` writes it: its older `fromisoformat` refuses a Z. */
export const stamp = (date: Date): string => date.toISOString().replace('Z', '+00:00');

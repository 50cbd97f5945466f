export type Point = readonly [number, string];
export type Labels = Readonly<Record<string, string>>;

export type Data =
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point }
  | {
      readonly resultType: 'vector';
      /** A native histogram has no value. */
      readonly result: readonly { readonly metric: Labels; readonly value?: Point }[];
    }
  | {
      readonly resultType: 'matrix';
      readonly result: readonly { readonly metric: Labels; readonly values?: readonly Point[] }[];
    };

export type PrometheusAnswer =
  | { readonly data: Data; readonly warnings: readonly string[] }
  /** What Prometheus says is wrong. */
  | { readonly error: string };

/** undefined when the text is not what Prometheus' HTTP API answers. */
export function parseAnswer(text: string): PrometheusAnswer | undefined {
  const body = toObject(text);
  if (body === undefined) return undefined;
  if (body.status === 'error') return { error: typeof body.error === 'string' ? body.error : 'no reason' };
  if (body.status !== 'success' || !isData(body.data)) return undefined;
  const warnings = Array.isArray(body.warnings) ? body.warnings.map(String) : [];
  return { data: body.data, warnings };
}

function toObject(text: string): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function isData(data: unknown): data is Data {
  if (!isObject(data)) return false;
  const { resultType, result } = data;
  if (resultType === 'scalar' || resultType === 'string') return isPoint(result);
  if (!Array.isArray(result)) return false;
  const fits =
    resultType === 'vector'
      ? ({ value }: Record<string, unknown>) => value === undefined || isPoint(value)
      : ({ values }: Record<string, unknown>) =>
          values === undefined || (Array.isArray(values) && values.every(isPoint));
  return (
    ['vector', 'matrix'].includes(resultType as string) &&
    result.every((item) => isObject(item) && isObject(item.metric) && fits(item))
  );
}

const isPoint = (value: unknown): value is Point =>
  Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'string';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

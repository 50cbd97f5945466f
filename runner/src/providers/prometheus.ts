import { PadoError } from '@pado/fault';
import { request } from 'undici';
import type { TimeWindow } from '../contracts.ts';
import { readBody } from './http-answer.ts';
import { type Data, parseAnswer } from './prometheus-answer.ts';

/** Longer than any query here takes on a busy machine; a store that needs more cannot serve a run. */
const defaultTimeoutMs = 5_000;
/** Some hundred thousand points: what is longer is a query that nobody meant. */
const defaultMaxBytes = 16 * 1_024 * 1_024;

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Finite; null stands for NaN and for infinities (0/0, 1/0). */
  readonly value: number | null;
}

export interface SampleSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** [unix seconds, value]. */
  readonly points: readonly (readonly [number, number | null])[];
}

export interface Prometheus {
  /** Evaluates a query at an instant, by default now. */
  readonly samples: (query: string, atMs?: number, signal?: AbortSignal) => Promise<readonly Sample[]>;
  /** The one number that a query gives; null when there is no data. */
  readonly number: (query: string, atMs?: number, signal?: AbortSignal) => Promise<number | null>;
  readonly series: (
    query: string,
    window: TimeWindow,
    stepMs: number,
    signal?: AbortSignal,
  ) => Promise<readonly SampleSeries[]>;
}

interface Options {
  /** Default 5 s. */
  readonly timeoutMs?: number;
  /** The longest answer that is read. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Told what Prometheus warns of (a part of the data missing, say), each text once. */
  readonly onWarning?: (warning: string, query: string) => void;
}

/** Prometheus' HTTP API; every failure is ERR_PADO_PROMETHEUS and names the query. */
export function prometheus(
  url: string,
  { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, onWarning }: Options = {},
): Prometheus {
  const warned = new Set<string>();
  const ask = async (
    path: string,
    query: string,
    parameters: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Data> => {
    const limit = AbortSignal.timeout(timeoutMs);
    const fail = (what: string, cause?: unknown) =>
      new PadoError('ERR_PADO_PROMETHEUS', `Prometheus at ${url} ${what}; the query was: ${query}`, {
        cause,
        details: { query },
      });
    let statusCode: number;
    let bytes: Buffer | undefined;
    try {
      const response = await request(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ query, ...parameters }).toString(),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
      statusCode = response.statusCode;
      bytes = await readBody(response.body, maxBytes);
    } catch (cause) {
      signal?.throwIfAborted();
      throw limit.aborted
        ? fail(`did not answer within ${timeoutMs} ms`, cause)
        : fail(unreachable(cause as NodeJS.ErrnoException), cause);
    }
    if (bytes === undefined) throw fail(`answered with more than ${maxBytes} bytes`);
    const answer = parseAnswer(bytes.toString());
    if (answer === undefined) throw fail(`answered ${statusCode} without JSON of Prometheus`);
    if ('error' in answer) throw fail(`answered ${statusCode}: ${answer.error}`);
    for (const warning of answer.warnings) {
      if (!warned.has(warning)) onWarning?.(warning, query);
      warned.add(warning);
    }
    return answer.data;
  };

  const samples = async (query: string, atMs = Date.now(), signal?: AbortSignal): Promise<readonly Sample[]> => {
    const data = await ask('/api/v1/query', query, { time: seconds(atMs) }, signal);
    if (data.resultType === 'scalar') return [{ labels: {}, value: finite(data.result[1]) }];
    if (data.resultType === 'vector') {
      return data.result.map(({ metric, value }) => ({ labels: metric, value: finite(value?.[1]) }));
    }
    throw new PadoError('ERR_PADO_PROMETHEUS', `a ${data.resultType} is not a number; the query was: ${query}`, {
      details: { query },
    });
  };

  return {
    samples,
    number: async (query, atMs, signal) => {
      const [first, ...others] = await samples(query, atMs, signal);
      if (others.length > 0) {
        const message = `the query gives ${others.length + 1} series where one number is needed, wrap it in sum() or max(): ${query}`;
        throw new PadoError('ERR_PADO_PROMETHEUS', message, { details: { query } });
      }
      return first?.value ?? null;
    },
    series: async (query, { startMs, endMs }, stepMs, signal) => {
      const range = { start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) };
      const data = await ask('/api/v1/query_range', query, range, signal);
      if (data.resultType !== 'matrix') return [];
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        points: (values ?? []).map(([at, value]) => [at, finite(value)] as const),
      }));
    },
  };
}

/** Puts the window's length in place of Grafana's `$__range`, `$__range_s` and `$__range_ms`. */
export function withRange(query: string, rangeMs: number): string {
  const ms = Math.max(1, Math.round(rangeMs));
  return query.replace(/\$__range(_ms|_s)?\b/g, (_, unit?: string) => {
    if (unit === '_ms') return String(ms);
    return unit === '_s' ? String(ms / 1_000) : `${ms}ms`;
  });
}

const unreachable = ({ code, message }: NodeJS.ErrnoException): string =>
  code === 'UND_ERR_SOCKET' || code === 'ECONNRESET'
    ? 'closed the connection before its answer was complete'
    : `could not be reached (${message === '' ? code : message})`;

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

const finite = (text: string | undefined): number | null => {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
};

/** What is read of the API server's own metrics. */
export interface ServerMetrics {
  /** Answers, of everyone. */
  readonly requests: number;
  /** Streams that are open. */
  readonly watches: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** Sums the samples of one metric whose labels fit. */
export function sumOf(text: string, name: string, fits: (labels: string) => boolean = () => true): number {
  let sum = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(name)) continue;
    const [, labels = '', value] = /^[a-z_]+(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if ((line[name.length] === '{' || line[name.length] === ' ') && fits(labels)) sum += Number(value);
  }
  return sum;
}

export const readMetrics = (text: string): ServerMetrics => ({
  requests: sumOf(text, 'apiserver_request_total'),
  watches: sumOf(text, 'apiserver_longrunning_requests', (labels) => labels.includes('verb="WATCH"')),
  cpuSeconds: sumOf(text, 'process_cpu_seconds_total'),
  rssBytes: sumOf(text, 'process_resident_memory_bytes'),
});

import { prometheus } from '../providers/prometheus.ts';
import { openPython } from '../providers/python/python.ts';
import { ask } from './ask.ts';
import type { Environment } from './environment.ts';
import type { ProbeProvider } from './schema.ts';

/** Asks before there is a run: the value of a configuration that is a probe. */
export async function askOnce(
  provider: ProbeProvider,
  { prometheusUrl = 'http://127.0.0.1:9090', kubernetes }: Environment,
  signal: AbortSignal,
): Promise<unknown> {
  const cwd = process.cwd();
  const python = provider.type === 'python' ? openPython({ environment: process.env, cwd }) : undefined;
  const now = Date.now();
  const call = { signal, configuration: {}, secrets: {}, cwd };
  try {
    const question = { provider, window: { startMs: now - 60_000, endMs: now } };
    const { output } = await ask(question, { call, prometheus: prometheus(prometheusUrl), python, kubernetes });
    return output;
  } finally {
    await python?.close();
  }
}
